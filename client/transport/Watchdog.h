// Ends an exchange that takes too long, whatever the blocking call it sits in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace baton::transport {

/// Shuts the connection down when its time is over, from a thread of its own. To the reader that looks like a clean
/// end of the stream, so whoever reads asks bitten() before it believes an end.  [security-traps: a cut looks complete]
class Watchdog {
public:
    /// Keeps a duplicate of `socket`, so that a number given to another file is never shut down.
    /// @throws std::system_error when no descriptor or thread can be had.
    Watchdog(int socket, Duration limit, std::string reason);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

    /// From now on `limit` counts anew; `reason` says what took too long, if it does.
    void expectWithin(Duration limit, std::string reason);

    /// Why it ended the exchange; empty if it did not.
    std::string bitten() const;

private:
    void watch();

    int socket_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::chrono::steady_clock::time_point deadline_;
    std::string reason_;
    bool over_ = false;
    bool bitten_ = false;
    std::thread thread_;
};

} // namespace baton::transport
