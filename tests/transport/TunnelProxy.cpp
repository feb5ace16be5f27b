#include "tests/transport/TunnelProxy.h"

#include "tests/support/Loopback.h"

#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <stdexcept>

namespace baton::testing {
namespace {

constexpr int Tick = 20; // milliseconds between two looks at over_
constexpr std::string_view Open = "HTTP/1.1 200 Connection established\r\n\r\n";

// Byte for byte, so that nothing of what follows is taken.
std::string readHead(int client)
{
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(client, &c, 1, 0) == 1) head += c;
    return head;
}

} // namespace

TunnelProxy::TunnelProxy(std::uint16_t target)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      target_(target)
{
    auto address = loopback();
    socklen_t length = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
        ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
        throw std::runtime_error("the test's proxy cannot listen");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

TunnelProxy::~TunnelProxy()
{
    over_ = true;
    thread_.join();
}

std::string TunnelProxy::url(const std::string& user) const
{
    return "http://" + (user.empty() ? "" : user + '@') + "127.0.0.1:" + std::to_string(port_);
}

std::vector<std::string> TunnelProxy::asked() const
{
    const std::lock_guard lock(mutex_);
    return asked_;
}

void TunnelProxy::serve()
{
    while (!over_) {
        pollfd one{listener_.get(), POLLIN, 0};
        if (::poll(&one, 1, Tick) <= 0) continue;
        const os::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        const auto head = readHead(client.get());
        {
            const std::lock_guard lock(mutex_);
            asked_.push_back(head);
        }
        if (head.starts_with("CONNECT ")) tunnel(client.get());
    }
}

void TunnelProxy::tunnel(int client) const
{
    const auto address = loopback(target_);
    const os::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return;
    ::send(client, Open.data(), Open.size(), MSG_NOSIGNAL);
    while (!over_) {
        std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server.get(), POLLIN, 0}}};
        if (::poll(both.data(), both.size(), Tick) <= 0) continue;
        if (both[0].revents != 0 && !pass(client, server.get())) return;
        if (both[1].revents != 0 && !pass(server.get(), client)) return;
    }
}

bool TunnelProxy::pass(int from, int to) const
{
    std::array<char, 4096> block{};
    const auto length = ::recv(from, block.data(), block.size(), 0);
    return length > 0 && ::send(to, block.data(), static_cast<std::size_t>(length), MSG_NOSIGNAL) == length;
}

} // namespace baton::testing
