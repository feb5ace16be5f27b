#include "tests/support/load/Session.h"

#include "client/os/Errors.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/un.h>

#include <netdb.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace baton::load {
namespace {

int errorOf(int socket)
{
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
}

} // namespace

Target Target::of(const os::ListenAddress& where)
{
    Target target;
    if (where.kind == os::ListenKind::Unix) {
        auto* name = reinterpret_cast<sockaddr_un*>(&target.address);
        name->sun_family = AF_UNIX;
        where.path.copy(name->sun_path, sizeof name->sun_path - 1);
        target.length = sizeof *name;
        target.host = "localhost";
        return target;
    }
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto& address = where.address;
    const int error = ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
    if (error != 0) throw std::invalid_argument("look up " + address.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
    target.length = found->ai_addrlen;
    target.host = baton::print(address);
    return target;
}

Session::Opening Session::open(const Target& target)
{
    const int family = target.address.ss_family;
    socket_ = os::UniqueFd(
        os::check(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "make a socket for a request"));
    const int yes = 1;
    if (family != AF_UNIX) ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    answers_ = 0;
    connecting_ = false;
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&target.address), target.length) != 0) {
        const int error = errno;
        connecting_ = error == EINPROGRESS;
        if (!connecting_) {
            socket_.reset();
            if (error == EADDRNOTAVAIL) os::fail("connect to " + target.host + " from a port of this machine", error);
            return error == EAGAIN ? Opening::QueueFull : Opening::Refused;
        }
    }
    watch(connecting_ ? EPOLLOUT : EPOLLIN, EPOLL_CTL_ADD);
    if (context_ != nullptr) {
        tls_.reset(SSL_new(context_));
        SSL_set_fd(tls_.get(), socket_.get());
        SSL_set_connect_state(tls_.get());
        SSL_set_mode(tls_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    }
    return Opening::Begun;
}

bool Session::noticeClose()
{
    if (!socket_ || connecting_ || asked_) return false;
    char byte = 0;
    // A server may well send what belongs to TLS alone.
    const bool handshaken = tls_ && SSL_is_init_finished(tls_.get()) != 0;
    const auto peeked =
        handshaken ? outcome(SSL_peek(tls_.get(), &byte, 1)) : ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    if (peeked < 0 && errno == EAGAIN) return false;
    finish(false);
    return true;
}

void Session::ask(const Asked& asked, const std::string& request)
{
    asked_ = asked;
    request_ = request;
    sent_ = 0;
    answer_ = AnswerReader();
    // Sent from advance(), which the writable socket calls at once: one place where a request can fail.
    watch(connecting_ ? EPOLLOUT : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

std::optional<Session::End> Session::advance()
{
    if (!socket_) return std::nullopt;
    if (connecting_) {
        if (auto end = connected()) return end;
    }
    if (!asked_) {
        noticeClose();
        return std::nullopt;
    }
    if (sent_ < request_.size()) {
        if (auto end = send()) return end;
        if (sent_ < request_.size()) return std::nullopt;
    }
    return receive();
}

std::optional<Session::End> Session::connected()
{
    connecting_ = false;
    if (errorOf(socket_.get()) == 0) {
        if (!asked_) watch(EPOLLIN, EPOLL_CTL_MOD);
        return std::nullopt;
    }
    if (asked_) return End{Trouble::Refused};
    finish(false);
    return std::nullopt;
}

std::optional<Session::End> Session::send()
{
    const auto rest = std::string_view(request_).substr(sent_);
    const auto sent = write(rest.data(), rest.size());
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        if (handshakeWaits_) watch(EPOLLIN, EPOLL_CTL_MOD);
        return std::nullopt;
    }
    if (sent < 0) return End{Trouble::Unread};
    sent_ += static_cast<std::size_t>(sent);
    if (sent_ == request_.size()) watch(EPOLLIN, EPOLL_CTL_MOD);
    return std::nullopt;
}

std::optional<Session::End> Session::receive()
{
    for (;;) {
        std::array<char, 16384> bytes;
        const auto length = read(bytes.data(), bytes.size());
        if (length < 0 && errno == EINTR) continue;
        if (length < 0 && errno == EAGAIN) return std::nullopt;
        if (length < 0) return End{answer_.begun() ? Trouble::Reset : silence(errno)};
        if (length == 0) {
            if (!answer_.begun()) return End{silence(errorOf(socket_.get()))};
            return answer_.end() == Step::Complete ? End{} : End{Trouble::Cut};
        }
        const auto step = answer_.take({bytes.data(), static_cast<std::size_t>(length)});
        if (step == Step::Complete) return End{};
        if (step == Step::Malformed) return End{Trouble::Malformed};
    }
}

// Closed before any byte of an answer: a reset, or bytes of ours that were never acknowledged, say that it was not
// read.
Trouble Session::silence(int error) const
{
    if (error == ECONNRESET || error == EPIPE) return Trouble::Unread;
    int unacknowledged = 0;
    return ::ioctl(socket_.get(), SIOCOUTQ, &unacknowledged) == 0 && unacknowledged > 0 ? Trouble::Unread
                                                                                        : Trouble::Taken;
}

void Session::finish(bool keep)
{
    asked_.reset();
    ++answers_;
    if (keep || !socket_) return;
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket_.get(), nullptr);
    tls_.reset();
    socket_.reset();
    connecting_ = false;
}

void Session::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

ssize_t Session::read(char* bytes, std::size_t length)
{
    if (!tls_) return ::recv(socket_.get(), bytes, length, MSG_DONTWAIT);
    ERR_clear_error();
    return outcome(SSL_read(tls_.get(), bytes, static_cast<int>(length)));
}

ssize_t Session::write(const char* bytes, std::size_t length)
{
    if (!tls_) return ::send(socket_.get(), bytes, length, MSG_NOSIGNAL);
    ERR_clear_error();
    return outcome(SSL_write(tls_.get(), bytes, static_cast<int>(length)));
}

// Of a call of OpenSSL's, in the words of recv(2) and send(2).
ssize_t Session::outcome(int result)
{
    handshakeWaits_ = false;
    if (result > 0) return result;
    const int socketError = errno;
    const int error = SSL_get_error(tls_.get(), result);
    handshakeWaits_ = error == SSL_ERROR_WANT_READ;
    errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : socketError;
    if (errno == EAGAIN) return -1;
    const bool cutShort =
        error == SSL_ERROR_SSL && ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
    return error == SSL_ERROR_ZERO_RETURN || cutShort ? 0 : -1;
}

void Session::watch(unsigned events, int operation)
{
    epoll_event event{};
    event.events = events;
    event.data.ptr = this;
    os::check(::epoll_ctl(epoll_, operation, socket_.get(), &event), "watch a connection of the load client");
}

} // namespace baton::load
