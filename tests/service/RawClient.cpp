#include "tests/service/RawClient.h"

#include "client/core/HostPort.h"
#include "client/os/Errors.h"
#include "client/os/Sockets.h"
#include "client/service/AdoptedSocket.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Authority.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/WebSocket.h>
#include <Poco/StreamCopier.h>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <iterator>
#include <stdexcept>

namespace baton::service {
namespace {

using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t BigBytes = 8 << 20;

os::UniqueFd connectTo(const std::string& address)
{
    if (address.starts_with("unix:")) return os::connectUnix(address.substr(5));
    const auto where = parseHostPort(address).value();
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(where.port);
    ::inet_pton(AF_INET, where.host.c_str(), &name.sin_addr);
    os::UniqueFd socket(os::check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    os::check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name), "connect to " + address);
    return socket;
}

void sendText(HTTPServerResponse& response, const std::string& text) { response.sendBuffer(text.data(), text.size()); }

std::string bodyOf(HTTPServerRequest& request)
{
    return {std::istreambuf_iterator<char>(request.stream()), std::istreambuf_iterator<char>()};
}

void echoFrame(HTTPServerRequest& request, HTTPServerResponse& response)
{
    Poco::Net::WebSocket socket(request, response);
    std::array<char, 128> frame{};
    int flags = 0;
    const int length = socket.receiveFrame(frame.data(), frame.size(), flags);
    socket.sendFrame(frame.data(), length, flags);
}

void sendHalf(HTTPServerResponse& response)
{
    response.setContentLength(1000);
    response.send() << std::string(500, 'x') << std::flush;
    throw std::runtime_error("in the middle of an answer");
}

class Handler : public Poco::Net::HTTPRequestHandler {
public:
    Handler(const std::string& name, Gate* gate) : name_(name), gate_(gate) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override
    {
        const auto& path = request.getURI();
        if (path == "/") return sendText(response, name_ + '\n');
        if (path == "/echo") return sendText(response, bodyOf(request));
        if (path == "/ignore") return sendText(response, "ignored");
        if (path == "/client") return sendText(response, request.clientAddress().toString());
        if (path == "/big") return sendText(response, std::string(BigBytes, 'x'));
        if (path == "/throw") throw std::runtime_error("before an answer");
        if (path == "/half") return sendHalf(response);
        if (path == "/ws") return echoFrame(request, response);
        if (path == "/silent") return;
        if (path == "/stream") {
            response.send() << "streamed";
            return;
        }
        if (path == "/chunked") {
            response.setChunkedTransferEncoding(true);
            response.send() << "in chunks";
            return;
        }
        if (path == "/wait") {
            gate_->enter();
            return sendText(response, "waited");
        }
        response.setStatus(HTTPServerResponse::HTTP_NOT_FOUND);
        sendText(response, "no such path");
    }

private:
    const std::string name_;
    Gate* gate_;
};

class Handlers : public Poco::Net::HTTPRequestHandlerFactory {
public:
    Handlers(std::string name, Gate* gate) : name_(std::move(name)), gate_(gate) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest& request) override
    {
        return request.getURI() == "/none" ? nullptr : new Handler(name_, gate_);
    }

private:
    std::string name_;
    Gate* gate_;
};

// Lives as long as the process. It believes whoever answers: who that is, is another's test.
SSL_CTX* clientContext()
{
    static SSL_CTX* const Context = SSL_CTX_new(TLS_client_method());
    return Context;
}

} // namespace

void RawClient::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

RawClient::RawClient(const std::string& address)
    : socket_(connectTo(address.starts_with("tls:") ? address.substr(4) : address))
{
    const timeval limit{10, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (!address.starts_with("tls:")) return;
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL writes without MSG_NOSIGNAL.
    tls_.reset(SSL_new(clientContext()));
    SSL_set_fd(tls_.get(), socket_.get());
    SSL_set_connect_state(tls_.get()); // The handshake comes with the first byte: until then it is as fresh as any.
}

void RawClient::send(std::string_view text)
{
    while (!text.empty()) {
        const auto sent = tls_ ? SSL_write(tls_.get(), text.data(), static_cast<int>(text.size()))
                               : ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0) return; // The server has closed; what it said before is still to be read.
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawClient::sayThatNothingFollows()
{
    if (tls_) SSL_shutdown(tls_.get());
    ::shutdown(socket_.get(), SHUT_WR);
}

std::string RawClient::get(const std::string& path, const std::string& fields)
{
    send("GET " + path + " HTTP/1.1\r\nHost: test\r\n" + fields + "\r\n");
    return answer();
}

std::string RawClient::answer()
{
    std::size_t end = 0;
    while ((end = inbox_.find("\r\n\r\n")) == std::string::npos)
        if (!receive()) return std::exchange(inbox_, "");
    std::size_t size = end + 4;
    if (const auto at = inbox_.find("Content-Length: "); at < end) size += std::stoul(inbox_.substr(at + 16));
    while (inbox_.size() < size)
        if (!receive()) return std::exchange(inbox_, "");
    auto first = inbox_.substr(0, size);
    inbox_.erase(0, size);
    return first;
}

bool RawClient::isClosed() { return rest().empty(); }

std::string RawClient::rest()
{
    while (receive()) {
    }
    return std::exchange(inbox_, "") + (reset_ ? "reset" : "");
}

bool RawClient::receive()
{
    std::array<char, 16384> bytes;
    const auto came = tls_ ? SSL_read(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                           : ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    // By TLS a clean end is one that was announced.
    if (tls_ && came <= 0)
        return reset_ |= SSL_get_error(tls_.get(), static_cast<int>(came)) != SSL_ERROR_ZERO_RETURN, false;
    if (came < 0) reset_ = true; // or ten seconds without a byte: neither is a clean end
    if (came <= 0) return false;
    inbox_.append(bytes.data(), static_cast<std::size_t>(came));
    return true;
}

void Gate::open()
{
    const std::scoped_lock lock(mutex_);
    open_ = true;
    changed_.notify_all();
}

void Gate::enter()
{
    std::unique_lock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
}

void Gate::awaitEntered(int count)
{
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return entered_ >= count; });
}

Poco::Net::HTTPRequestHandlerFactory::Ptr makeHandlers(const std::string& name, Gate* gate)
{
    return new Handlers(name, gate);
}

Poco::Net::Context::Ptr serverContext()
{
    static const Poco::Net::Context::Ptr Context = [] {
        const testing::TemporaryDirectory directory;
        testing::makeCertificates(directory.path(), {});
        return new Poco::Net::Context(Poco::Net::Context::SERVER_USE, (directory.path() / "server.key").string(),
                                      (directory.path() / "server.pem").string(), "", Poco::Net::Context::VERIFY_NONE);
    }();
    return Context;
}

void PrintTo(Speech speech, std::ostream* out) { *out << (speech == Speech::Tls ? "by TLS" : "in the clear"); }

std::string nameOf(const ::testing::TestParamInfo<Speech>& test)
{
    return test.param == Speech::Tls ? "ByTls" : "InTheClear";
}

Poco::Net::ServerSocket listenSomewhere()
{
    return adoptServerSocket(os::listenOn(os::parseListenAddress("web=127.0.0.1:0")));
}

std::string addressOf(const Poco::Net::ServerSocket& socket) { return os::boundAddress(socket.impl()->sockfd()); }

} // namespace baton::service
