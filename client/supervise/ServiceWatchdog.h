// Tells what runs Baton that Baton is alive, where it asked for that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"

#include <optional>
#include <string>

namespace baton::supervise {

/// How often to say so: half of WATCHDOG_USEC, if that is meant for us (WATCHDOG_PID, or none said).
/// [sd_watchdog_enabled(3)]
std::optional<Duration> watchdogPause(const char* microseconds, const char* pid);

/// Says WATCHDOG=1 on NOTIFY_SOCKET of our own environment, from the loop: one that hangs says nothing. Without
/// WATCHDOG_USEC there is no timer and no wake-up.
class ServiceWatchdog {
public:
    explicit ServiceWatchdog(loop::EventLoop& loop);

private:
    void say();

    loop::EventLoop& loop_;
    std::string socket_;
    Duration pause_{0};
    loop::Registration next_;
};

} // namespace baton::supervise
