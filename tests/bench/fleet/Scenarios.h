// What the fleet is put through.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/bench/fleet/Fleet.h"

#include <array>

namespace baton::fleet {

/// The first one is the one that is drawn.
inline const std::array Scenarios{
    Scenario{"started in one moment, server silent", Duration(0), Outage::Silent, false},
    Scenario{"started over an hour, server silent", std::chrono::hours(1), Outage::Silent, false},
    Scenario{"started in one moment, server busy (503, Retry-After 30m)", Duration(0), Outage::Busy, false},
    Scenario{"started in one moment, server overloaded (503)", Duration(0), Outage::Overloaded, false},
    Scenario{"all restart in the moment in which the server is back", Duration(0), Outage::Silent, true},
};

} // namespace baton::fleet
