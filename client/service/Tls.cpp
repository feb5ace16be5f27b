#include "client/service/Tls.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <stdexcept>
#include <utility>

namespace baton::service {
namespace {

// OpenSSL's own BIO for sockets writes without MSG_NOSIGNAL: a client that went away would end a program that does not
// ignore SIGPIPE.
int socketOf(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int retryable(BIO* bio, ssize_t result, int flag)
{
    BIO_clear_retry_flags(bio);
    if (result < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_flags(bio, flag | BIO_FLAGS_SHOULD_RETRY);
    return static_cast<int>(result);
}

int write(BIO* bio, const char* bytes, int length)
{
    const auto sent = ::send(socketOf(bio), bytes, static_cast<std::size_t>(length), MSG_NOSIGNAL | MSG_DONTWAIT);
    return retryable(bio, sent, BIO_FLAGS_WRITE);
}

int read(BIO* bio, char* bytes, int length)
{
    const auto came = ::recv(socketOf(bio), bytes, static_cast<std::size_t>(length), MSG_DONTWAIT);
    return retryable(bio, came, BIO_FLAGS_READ);
}

long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

// Lives as long as the process.
const BIO_METHOD* method()
{
    static const BIO_METHOD* const Method = [] {
        auto* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "baton socket");
        BIO_meth_set_write(made, write);
        BIO_meth_set_read(made, read);
        BIO_meth_set_ctrl(made, control);
        return made;
    }();
    return Method;
}

int lengthFor(std::size_t length) { return static_cast<int>(std::min<std::size_t>(length, INT_MAX)); }

} // namespace

void Tls::Free::operator()(SSL* ssl) const { SSL_free(ssl); }

Tls::Tls(SSL_CTX* context, int socket) : ssl_(SSL_new(context)), awaits_(POLLIN)
{
    auto* bio = BIO_new(method());
    if (!ssl_ || bio == nullptr) throw std::runtime_error("OpenSSL cannot begin a TLS session");
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_accept_state(ssl_.get());
    // Nothing is read that was not asked for: what the socket holds, epoll tells of.
    SSL_set_read_ahead(ssl_.get(), 0);
    SSL_set_mode(ssl_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

ssize_t Tls::receive(char* bytes, std::size_t length)
{
    ERR_clear_error();
    errno = 0;
    return outcome(SSL_read(ssl_.get(), bytes, lengthFor(length)));
}

ssize_t Tls::send(const char* bytes, std::size_t length)
{
    if (length == 0) return 0;
    ERR_clear_error();
    errno = 0;
    return outcome(SSL_write(ssl_.get(), bytes, lengthFor(length)));
}

ssize_t Tls::outcome(int result)
{
    if (result > 0) return result;
    const int socketError = errno;
    switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: awaits_ = POLLIN; break;
    case SSL_ERROR_WANT_WRITE: awaits_ = POLLOUT; break;
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_SYSCALL: errno = socketError != 0 ? socketError : ECONNRESET; return -1;
    default:
        // An end without close_notify, in the field the commonest way to go, is an end.
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return 0;
        errno = EPROTO;
        return -1;
    }
    errno = EAGAIN;
    return -1;
}

bool Tls::holdsMore() const { return SSL_has_pending(ssl_.get()) != 0; }

void Tls::sayLast()
{
    if (std::exchange(saidLast_, true) || SSL_is_init_finished(ssl_.get()) == 0) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
}

} // namespace baton::service
