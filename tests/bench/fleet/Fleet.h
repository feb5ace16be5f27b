// A simulated fleet: many clients that plan with the schedule's own code, and a server that is away for a while.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/schedule/Schedule.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::fleet {

/// What the server does while it is not well.
enum class Outage {
    Silent,    ///< nobody answers
    Busy,      ///< 503, with a Retry-After that is believed
    Overloaded ///< 503 alone
};

struct Scenario {
    std::string name;
    Duration startedWithin{0}; ///< the fleet was switched on during so long; 0: in one moment
    Outage outage = Outage::Silent;
    bool powerCut = false; ///< every client restarts in the moment in which the server is back
};

struct World {
    int clients = 100'000;
    std::uint64_t seed = 1;
    schedule::Rhythm rhythm; ///< the defaults
    Duration length = std::chrono::hours(24 * 7);
    Duration outageBegin = std::chrono::hours(24 * 3 + 12);
    Duration outageLength = std::chrono::hours(2);
    Duration retryAfter = std::chrono::minutes(30);
    Duration meanLife = std::chrono::hours(48); ///< of an agent, until the next restart of it or of its machine
    Duration settling = std::chrono::hours(2);  ///< from the start, before which nothing is called calm

    Duration outageEnd() const { return outageBegin + outageLength; }
};

/// Requests in each minute.
std::vector<int> simulate(const World& world, const Scenario& scenario);

/// Peaks of a minute, as multiples of the calm mean. Calm is all but the settling, the outage and the hour after it.
struct Peaks {
    double meanPerMinute = 0;
    double settling = 0;
    double calm = 0;
    double outage = 0;
    double hourAfter = 0;
};

Peaks peaksOf(const std::vector<int>& perMinute, const World& world);

/// What must hold; the settling is that of a fleet switched on in one moment, which asks within the first interval.
struct Limits {
    double settling = 1.75;
    double calm = 1.5;
    double hourAfter = 3.0;
};

bool hold(const Peaks& peaks, const Limits& limits);

} // namespace baton::fleet
