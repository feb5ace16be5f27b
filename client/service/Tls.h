// The server's end of TLS over a socket that never blocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/types.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>

namespace baton::service {

/// As recv(2) and send(2) with MSG_DONTWAIT: -1 with EAGAIN where they would have to wait, for what awaits() says. The
/// handshake is part of the first call that needs it. One thread at a time; no SIGPIPE.
class Tls {
public:
    /// @throws std::bad_alloc, std::runtime_error
    Tls(SSL_CTX* context, int socket);
    Tls(const Tls&) = delete;
    Tls& operator=(const Tls&) = delete;

    ssize_t receive(char* bytes, std::size_t length);
    ssize_t send(const char* bytes, std::size_t length);

    /// POLLIN or POLLOUT.
    short awaits() const { return awaits_; }

    /// Whether bytes lie here that the socket does not tell of any more.
    bool holdsMore() const;

    /// Tells the other side once that nothing follows (close_notify), so that it knows a whole answer from a cut one.
    void sayLast();

    /// Makes sure that it is never told so: what was sent is not whole.
    void cut() { saidLast_ = true; }

private:
    ssize_t outcome(int result);

    struct Free {
        void operator()(SSL* ssl) const;
    };
    std::unique_ptr<SSL, Free> ssl_;
    short awaits_;
    bool saidLast_ = false;
};

} // namespace baton::service
