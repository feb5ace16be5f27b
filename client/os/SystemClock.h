// The machine's clocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <ctime>

namespace baton::os {

struct SystemClock : Clock {
    Instant now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }
    WallTime wall() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

/// Its now() goes on while the machine is suspended (CLOCK_BOOTTIME): for what is planned by the hour.
struct BootClock : SystemClock {
    Instant now() const override
    {
        timespec time{};
        ::clock_gettime(CLOCK_BOOTTIME, &time);
        return Instant(std::chrono::duration_cast<Duration>(std::chrono::seconds(time.tv_sec) +
                                                            std::chrono::nanoseconds(time.tv_nsec)));
    }
};

} // namespace baton::os
