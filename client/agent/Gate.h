// What stands between an offer and the hand-off: a hold, an approval, its group, a window.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/core/Clock.h"
#include "client/schedule/Openings.h"
#include "client/store/Attempt.h"
#include "client/store/State.h"

#include <optional>
#include <string>

namespace baton::agent {

/// Why an update does not go on.
struct Bar {
    std::string why;                          ///< a sentence for people
    std::optional<WallTime> until;            ///< nothing: until a person says so
    std::optional<schedule::Opening> opening; ///< of the window that it waits for

    friend bool operator==(const Bar&, const Bar&) = default;
};

/// Where no release runs yet there is nothing to hand over: neither a window nor an approval is waited for then.
/// Each returns nothing where the way is free.
std::optional<Bar> barToTaking(const Settings& settings, const store::State& state, const std::string& version,
                               WallTime now);
std::optional<Bar> barToFetching(const Settings& settings, const store::State& state, const store::Attempt& attempt,
                                 WallTime now);
std::optional<Bar> barToHandOff(const Settings& settings, const store::State& state, const store::Attempt& attempt,
                                WallTime now);

/// Whether a person just made way for updates: `after` approves another version, or ends a hold.
bool makesWay(const store::State& before, const store::State& after);

} // namespace baton::agent
