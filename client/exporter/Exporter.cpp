#include "client/exporter/Exporter.h"

#include "client/os/Confinement.h"
#include "client/os/Files.h"
#include "client/os/SystemClock.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <exception>
#include <sstream>
#include <utility>

namespace baton::exporter {
namespace {

using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;

constexpr std::size_t MostClients = 16;
constexpr std::size_t LongestHead = 8192;
constexpr std::uintmax_t LongestText = 4 * 1024 * 1024;
constexpr Duration HeadDeadline{5'000};
constexpr Duration Pause{100};
constexpr std::int64_t MostMemory = std::int64_t{64} << 20U;

std::string answer(HTTPResponse::HTTPStatus status, std::string_view body, bool withBody = true)
{
    HTTPResponse response(Poco::Net::HTTPMessage::HTTP_1_1, status);
    response.setContentType(status == HTTPResponse::HTTP_OK ? "text/plain; version=0.0.4; charset=utf-8"
                                                            : "text/plain; charset=utf-8");
    response.setContentLength(static_cast<std::streamsize>(body.size()));
    response.setKeepAlive(false);
    if (status == HTTPResponse::HTTP_METHOD_NOT_ALLOWED) response.set("Allow", "GET, HEAD");
    std::ostringstream out;
    response.write(out);
    if (withBody) out << body;
    return out.str();
}

// Some kilobytes fit the socket's buffer; a reader that does not read gets what it took in a moment.
void send(int socket, std::string_view text)
{
    constexpr timeval Moment{0, 200'000};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &Moment, sizeof Moment);
    while (!text.empty()) {
        const auto sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool isWhole(const std::string& head)
{
    return head.find("\r\n\r\n") != std::string::npos || head.find("\n\n") != std::string::npos;
}

} // namespace

std::string answerTo(const std::string& asked, std::string_view text)
try {
    HTTPRequest request;
    std::istringstream head(asked);
    request.read(head);
    const bool isHead = request.getMethod() == HTTPRequest::HTTP_HEAD;
    if (!isHead && request.getMethod() != HTTPRequest::HTTP_GET)
        return answer(HTTPResponse::HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    const auto& uri = request.getURI();
    if (uri.substr(0, uri.find('?')) != "/metrics")
        return answer(HTTPResponse::HTTP_NOT_FOUND, "Baton's metrics are at /metrics\n", !isHead);
    if (text.empty()) return answer(HTTPResponse::HTTP_SERVICE_UNAVAILABLE, "there are no metrics yet\n", !isHead);
    return answer(HTTPResponse::HTTP_OK, text, !isHead);
} catch (const Poco::Exception&) {
    return answer(HTTPResponse::HTTP_BAD_REQUEST, "this is no HTTP request\n");
}

Exporter::Exporter(loop::EventLoop& loop, os::UniqueFd listener, std::filesystem::path file)
    : loop_(loop),
      listener_(std::move(listener)),
      file_(std::move(file))
{
    listen();
}

void Exporter::listen()
{
    watch_ = loop_.whenReadable(listener_.get(), [this] { accept(); });
}

void Exporter::accept()
{
    os::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
        watch_.reset(); // Who waits would wake us for ever.
        again_ = loop_.after(Pause, [this] { listen(); });
        return;
    }
    if (!socket) return;
    if (clients_.size() >= MostClients) clients_.pop_front();
    clients_.push_back({std::move(socket), {}, {}, {}});
    const auto client = std::prev(clients_.end());
    client->watch = loop_.whenReadable(client->socket.get(), [this, client] { read(client); });
    client->deadline = loop_.after(HeadDeadline, [this, client] { clients_.erase(client); });
}

void Exporter::read(Clients::iterator client)
{
    std::array<char, 2048> block{};
    const auto length = ::recv(client->socket.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (length <= 0) return void(clients_.erase(client));
    client->asked.append(block.data(), static_cast<std::size_t>(length));
    if (!isWhole(client->asked) && client->asked.size() <= LongestHead) return;
    send(client->socket.get(), answerTo(client->asked, text()));
    clients_.erase(client);
}

std::string Exporter::text() const
try {
    return os::readWhole(file_, LongestText).value_or(std::string());
} catch (const std::exception&) {
    return {};
}

std::vector<std::string> confineTo(const std::filesystem::path& file)
{
    os::Confinement confinement;
    confinement.readable = {file.parent_path()};
    confinement.memoryBytes = MostMemory;
    confinement.work = os::Work::Answers;
    return os::confine(confinement);
}

void run(os::UniqueFd listener, const std::filesystem::path& file, Log& log)
{
    answerTo("GET /metrics HTTP/1.1\r\n\r\n", "x"); // What is made at first use is made now.
    for (const auto& missing : confineTo(file)) log.warning("confined less than it could be, without " + missing);
    const os::SystemClock clock;
    loop::EventLoop loop(clock);
    const Exporter exporter(loop, std::move(listener), file);
    loop.run();
}

} // namespace baton::exporter
