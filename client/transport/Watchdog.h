// Ends an exchange that takes too long, whatever the blocking call it sits in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <array>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace baton::transport {

/// What may take too long; each has a time of its own.
enum class Patience {
    FirstByte, ///< until the head of the answer is there
    Idle,      ///< until more of the body comes
    Speed,     ///< until enough of the body came
    Whole      ///< until all is over
};

/// Shuts the connection down when one of its times is over, from a thread of its own. To the reader that looks like a
/// clean end of the stream, so whoever reads asks bitten() before it believes an end.
class Watchdog {
public:
    using Moment = std::chrono::steady_clock::time_point;

    /// Keeps a duplicate of `socket`, so that a number given to another file is never shut down. Waits for ever until
    /// it is told otherwise.
    /// @throws std::system_error when no descriptor or thread can be had.
    explicit Watchdog(int socket);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// That time is over at `moment`, whatever was said of it before; `reason` says what took too long, if it does.
    void expectBy(Patience what, Moment moment, std::string reason);

    /// That time does not count any more.
    void relax(Patience what);

    /// Why it ended the exchange; empty if it did not.
    std::string bitten() const;

private:
    struct Deadline {
        Moment moment = Moment::max();
        std::string reason;
    };

    void watch();
    const Deadline& nearest() const;

    int socket_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::array<Deadline, 4> deadlines_; ///< by Patience
    std::string bitten_;
    bool over_ = false;
    std::thread thread_;
};

} // namespace baton::transport
