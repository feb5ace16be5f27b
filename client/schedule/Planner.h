// Plans one check after the other, and remembers what must outlive the process that plans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/schedule/Memory.h"
#include "client/schedule/Openings.h"
#include "client/schedule/Schedule.h"

#include <optional>
#include <string>

namespace baton::schedule {

/// The next check.
struct Plan {
    Duration wait{0};
    Why why = Why::Start;
    int failures = 0;

    friend bool operator==(const Plan&, const Plan&) = default;
};

/// For `baton status`: "the interval", "retry 3 after failures".
std::string describe(const Plan& plan);

/// What the last answer asked for.
struct Wishes {
    std::optional<Duration> stayAway;     ///< stayFrom()'s
    std::optional<Duration> pollInterval; ///< in the interval's place, until the next answer
    bool isOverloaded = false; ///< it has too much to do: never sooner than the interval, unless it says when
};

/// The same code plans for one agent and for the hundred thousand of script/bench fleet.
class Planner {
public:
    /// `windows` tell when a scheduled check may come.
    Planner(const Rhythm& rhythm, Openings windows, const Memory& memory, Random& random);

    /// After a start, of the process or the machine: what was to be waited for then is waited for still.
    Plan first(WallTime now);

    /// The machine slept over the time of a check: others, too, may have woken just now.
    Plan woken(WallTime now);

    /// The civil clock was set: `plan`, which is still to be waited for, within the windows as they are now, and not
    /// sooner than in `least`.
    Plan moved(Plan plan, Duration least, WallTime now);

    /// How long no scheduled check may come.
    Duration left(WallTime now) const;

    void failed() { ++memory_.failures; }
    void succeeded() { memory_.failures = 0; }

    /// After a check, whose end was told before.
    Plan next(const Wishes& wishes, WallTime now);

    /// What is to be on disk before the next check is waited for.
    const Memory& memory() const { return memory_; }
    const Openings& windows() const { return windows_; }

private:
    Plan within(Plan plan, WallTime now);

    Rhythm rhythm_;
    Openings windows_;
    Memory memory_;
    Random& random_;
};

} // namespace baton::schedule
