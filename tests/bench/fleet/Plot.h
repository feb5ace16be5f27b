// Draws a simulated week as an SVG image.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/fleet/Fleet.h"

#include <string>
#include <vector>

namespace baton::fleet {

/// Two panels, requests in a minute over time: the whole week, and the hours around the outage.
std::string draw(const std::vector<int>& perMinute, const World& world, const Peaks& peaks, const Limits& limits);

} // namespace baton::fleet
