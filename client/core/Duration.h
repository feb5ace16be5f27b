// How a duration is written: 250ms, 30s, 5m, 1h, 2d.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace baton {

/// Reads a whole number and one unit (ms, s, m, h, d), at most ten years; 0 needs a unit too. Nothing else is taken.
std::optional<Duration> parseDuration(std::string_view text);

/// Writes it back with the largest unit that keeps it exact: 90000 ms is "90s", 0 is "0s".
std::string printDuration(Duration duration);

} // namespace baton
