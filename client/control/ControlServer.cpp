#include "client/control/ControlServer.h"

#include "client/os/Process.h"
#include "client/os/Sockets.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <unistd.h>

#include <array>
#include <cerrno>

namespace baton::control {
namespace {

constexpr std::size_t MostClients = 16;
constexpr std::size_t LongestLine = 4096;
constexpr Duration LineDeadline{5'000};
constexpr Duration Pause{100};

bool isAllowed(int socket)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 &&
           (peer.uid == 0 || peer.uid == ::geteuid()) && !os::Child::facesStrangers(peer.pid);
}

// The answers fit the socket's buffer but for a long history; a reader that does not read gets what it took in a
// moment.
void send(int socket, std::string_view text)
{
    constexpr timeval Moment{0, 200'000};
    int size = 1024 * 1024;
    ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &Moment, sizeof Moment);
    while (!text.empty()) {
        const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

} // namespace

ControlServer::ControlServer(loop::EventLoop& loop, const std::filesystem::path& path, Handler handler)
    : ControlServer(loop, path, std::move(handler), os::listenUnix(path))
{
}

ControlServer::ControlServer(loop::EventLoop& loop, const std::filesystem::path& path, Handler handler,
                             os::UniqueFd listener)
    : loop_(loop),
      path_(path),
      handler_(std::move(handler)),
      listener_(std::move(listener))
{
    listen();
}

ControlServer::~ControlServer() { ::unlink(path_.c_str()); }

void ControlServer::listen()
{
    watch_ = loop_.whenReadable(listener_.get(), [this] { accept(); });
}

void ControlServer::accept()
{
    os::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) return pause();
    if (socket && isAllowed(socket.get())) add(std::move(socket), {}, loop_.clock().now() + LineDeadline);
}

void ControlServer::add(os::UniqueFd socket, std::string line, Instant deadline)
{
    clients_.push_back({std::move(socket), std::move(line), {}, {}});
    const auto client = std::prev(clients_.end());
    client->watch = loop_.whenReadable(client->socket.get(), [this, client] { read(client); });
    client->deadline = loop_.at(deadline, [this, client] { close(client); });
    if (clients_.size() >= MostClients) watch_.reset();
}

// Who waits would wake us for ever, and nothing can be done for him.
void ControlServer::pause()
{
    watch_.reset();
    again_ = loop_.after(Pause, [this] {
        if (!watch_ && clients_.size() < MostClients) listen();
    });
}

std::vector<ControlServer::Open> ControlServer::clients() const
{
    std::vector<Open> open;
    for (const auto& client : clients_) open.push_back({client.socket.get(), client.line, client.deadline.due()});
    return open;
}

void ControlServer::read(Clients::iterator client)
{
    std::array<char, 1024> block{};
    const auto length = ::recv(client->socket.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0) return close(client);
    client->line.append(block.data(), static_cast<std::size_t>(length));
    if (client->line.find('\n') != std::string::npos) return answer(client);
    if (client->line.size() > LongestLine) close(client);
}

void ControlServer::answer(Clients::iterator client)
{
    client->line.resize(client->line.find('\n'));
    send(client->socket.get(), handler_(client->line));
    close(client);
}

void ControlServer::close(Clients::iterator client)
{
    clients_.erase(client);
    if (!watch_) listen();
}

} // namespace baton::control
