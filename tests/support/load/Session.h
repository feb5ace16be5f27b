// One connection of the load client, and the request that is under way on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"
#include "tests/support/load/AnswerReader.h"
#include "tests/support/load/Report.h"

#include <openssl/types.h>
#include <sys/socket.h>

#include <memory>
#include <optional>
#include <string>

namespace baton::load {

/// Where everybody connects to.
struct Target {
    sockaddr_storage address{};
    socklen_t length = 0;
    std::string host; ///< for the Host field

    /// @throws std::invalid_argument for what is no address.
    static Target of(const os::ListenAddress& where);
};

/// A request that is due.
struct Asked {
    Mode mode = Mode::New;
    Moment due;
};

/// Never blocks. Registered in the caller's epoll set under its own address while it is open.
class Session {
public:
    enum class Opening { Begun, QueueFull, Refused };

    /// `tls`: null for a connection in the clear.
    Session(int epoll, Mode mode, SSL_CTX* tls = nullptr) : epoll_(epoll), mode_(mode), context_(tls) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Mode mode() const { return mode_; }
    bool isOpen() const { return static_cast<bool>(socket_); }
    bool isReused() const { return answers_ > 0; }
    const std::optional<Asked>& asked() const { return asked_; }
    const AnswerReader& answer() const { return answer_; }

    /// @throws std::system_error when this machine, not the server, is at its end (ports, descriptors).
    Opening open(const Target& target);

    /// Whether an open one that waits has been closed by the server; it is closed here too then.
    bool noticeClose();

    /// Sends the request, or does so once it is connected. The answer comes from advance().
    void ask(const Asked& asked, const std::string& request);

    /// What became of the request, if that is known now.
    struct End {
        std::optional<Trouble> trouble; ///< nothing: answered; the answer's status is the caller's to judge
    };
    std::optional<End> advance();

    /// Forgets the request; the connection stays if `keep`.
    void finish(bool keep);

private:
    std::optional<End> connected();
    std::optional<End> send();
    std::optional<End> receive();
    ssize_t read(char* bytes, std::size_t length);
    ssize_t write(const char* bytes, std::size_t length);
    ssize_t outcome(int result);
    Trouble silence(int error) const;
    void watch(unsigned events, int operation);

    int epoll_;
    Mode mode_;
    SSL_CTX* context_;
    os::UniqueFd socket_;
    struct Free {
        void operator()(SSL* ssl) const;
    };
    std::unique_ptr<SSL, Free> tls_;
    bool handshakeWaits_ = false; // … for bytes of the server's, before it can send ours
    bool connecting_ = false;
    std::size_t answers_ = 0;
    std::optional<Asked> asked_;
    std::string request_;
    std::size_t sent_ = 0;
    AnswerReader answer_;
};

} // namespace baton::load
