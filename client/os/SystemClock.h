// The machine's clocks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

namespace baton::os {

struct SystemClock : Clock {
    Instant now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }
    WallTime wall() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

} // namespace baton::os
