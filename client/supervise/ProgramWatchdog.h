// Sees that a generation goes on saying that it is alive.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/loop/EventLoop.h"
#include "client/supervise/Snapshot.h"

#include <functional>

namespace baton::supervise {

/// Runs from start() to stop(), and calls back once when nothing was heard for a whole interval. An interval of 0
/// means that nobody watches: there is no timer then.  [sd_notify(3), WATCHDOG]
class ProgramWatchdog {
public:
    ProgramWatchdog(loop::EventLoop& loop, Duration interval, std::function<void()> missed);

    Duration interval() const { return interval_; }

    void start();
    void heard();
    void setInterval(Duration interval);
    void stop();

    ProgramWatchdogState save() const { return {interval_, runs_, timer_.due()}; }
    void restore(const ProgramWatchdogState& state);

private:
    void arm();
    void armAt(Instant due);

    loop::EventLoop& loop_;
    Duration interval_;
    std::function<void()> missed_;
    bool runs_ = false;
    loop::Registration timer_;
};

} // namespace baton::supervise
