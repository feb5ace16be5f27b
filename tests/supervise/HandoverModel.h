// The hand-off as a model: the real table and the real meaning of each end, over processes that are only counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Endings.h"
#include "client/supervise/StateTable.h"

#include <compare>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise::model {

/// Releases are numbered in the order in which they are offered; 0 is there from the start.
using Release = int;
inline constexpr Release None = -1;

/// What does not change while one world is explored.
struct Rulebook {
    bool restart = false;     ///< --handoff restart
    bool again = false;       ///< --restart on-failure
    bool canStandBy = false;  ///< each release can
    bool startsEmpty = false; ///< the store has no release yet
    int offers = 2;
    int faults = 2;
    int crashesBefore = 0; ///< of the current release, as the store has them; there is a previous one then
};

/// Who gave the exit code that Baton would end with now.
enum class Code { OfNobody, OfTheCurrent, OfOneThatServedAlone, OfBaton };

struct World {
    Phase phase = Phase::Empty;
    bool timed = false; ///< the phase has a time limit

    // Processes that live.
    Release serving = None;
    Release candidate = None;
    bool ready = false; ///< the candidate said so
    Release standingBy = None;
    bool switching = false; ///< the old one is leaving, and the candidate waits
    int draining = 0;
    bool startDue = false; ///< a pause, and then the current release is started once more

    // What Baton knows.
    Release candidateKey = None;
    bool faultIsOurs = false;
    Release pending = None;
    bool pendingIsRollback = false;
    bool candidateIsRollback = false;
    int tries = 1; ///< of the current release

    // What is on disk.
    Release current = None;
    Release previous = None;
    Release install = None;
    int installTries = 0;
    bool installIsRollback = false;
    unsigned blocked = 0; ///< a bit a release
    int crashes = 0;

    // What may still happen.
    int offersLeft = 0;
    int faultsLeft = 0;

    bool over = false; ///< Baton has ended
    Code code = Code::OfNobody;

    friend auto operator<=>(const World&, const World&) = default;
};

/// A thing that may happen next, and the world after it.
struct Move {
    std::string name;
    bool isFault = false;
    World after;
    std::string broken; ///< what the step did that it must never do; empty: nothing
};

World worldAtTheStart(const Rulebook& rules);

/// All that may happen in `world`.
std::vector<Move> movesFrom(const World& world, const Rulebook& rules);

/// What is wrong with `world`; empty: nothing.
std::string faultOf(const World& world);

} // namespace baton::supervise::model
