// The one door through which time enters.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace baton {

using Duration = std::chrono::milliseconds;

/// A point on a clock that never goes back. Which one, the Clock says: CLOCK_MONOTONIC, which stands still in suspend,
/// or CLOCK_BOOTTIME, which does not.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// A point in civil time, UTC.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;

struct Clock {
    virtual ~Clock() = default;

    virtual Instant now() const = 0;
    virtual WallTime wall() const = 0;
};

} // namespace baton
