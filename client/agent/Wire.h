// The agent's end of the bell: what it hears from the supervisor and tells it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Words.h"
#include "client/core/Clock.h"
#include "client/os/WakeTimer.h"

namespace baton::agent {

enum class Heard { Nothing, Check, Ask, Changed, Gone };

struct Wire {
    virtual ~Wire() = default;

    /// A message that cannot be sent is dropped: the store is the truth.
    virtual void tell(const control::AgentNews& news) = 0;

    /// Waits for a word, at most this long, suspend included; not so long when the clock is set. 0 only looks. Gone:
    /// the supervisor has ended, and so must we.
    virtual Heard wait(Duration atMost) = 0;
};

/// Over one end of a SOCK_SEQPACKET pair, which stays the caller's.
class SocketWire : public Wire {
public:
    /// @throws std::system_error
    explicit SocketWire(int socket) : socket_(socket) {}

    void tell(const control::AgentNews& news) override;
    Heard wait(Duration atMost) override;

private:
    int socket_;
    os::WakeTimer timer_;
};

} // namespace baton::agent
