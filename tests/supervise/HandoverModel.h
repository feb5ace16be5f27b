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

/// A rule of the model's own, outside the table, that a test breaks to see that it is missed.
enum class Broken {
    Nothing,
    BelievesAnyAnswer,
    LetsAllDrain,
    ForgetsBlocked,
    PassesACandidatesCode,
    ActsBeforeItRecords
};

/// What does not change while one world is explored.
struct Rulebook {
    std::vector<Rule> table{Rules.begin(), Rules.end()}; ///< the real one, or one that a test has spoilt
    Broken broken = Broken::Nothing;
    int mostDraining = 4;     ///< --max-draining
    bool restart = false;     ///< --handoff restart
    bool again = false;       ///< --restart on-failure
    bool canStandBy = false;  ///< each release can
    bool startsEmpty = false; ///< the store has no release yet
    int offers = 2;
    int faults = 2;
    int crashesBefore = 0; ///< of the current release, as the store has them; there is a previous one then
};

/// Who gave the exit code that Baton would end with now.
enum class Code { OfNobody, OfTheCurrent, OfOneThatServedAlone, OfBaton, OfACandidate };

/// Whom the health question that is under way was put to.
enum class Asked { Nobody, TheCandidate, OneThatIsGone };

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
    bool orphan = false;   ///< a generation of a Baton that was killed serves on until the next one does
    Asked asked = Asked::Nobody;

    // What was done on the way to this phase.
    bool served = false;     ///< one has, since Baton was started
    bool fromDisk = false;   ///< the current release was started instead of another
    bool toldResume = false; ///< the one that stands by was told to accept again
    bool toldAll = false;    ///< to end

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

    /// Whether somebody takes connections from the queue.
    bool hasAcceptor() const { return serving != None || orphan || (candidate != None && ready); }

    friend auto operator<=>(const World&, const World&) = default;
};

/// A thing that may happen next, and the world after it.
struct Move {
    std::string name;
    bool isFault = false;
    bool isWish = false;        ///< a person's, or a new release: no way out of anything, since neither need come
    bool mayEndTheLast = false; ///< somebody died, or was told to: then nobody may be left who accepts
    World after;
    std::string broken; ///< what the step did that it must never do; empty: nothing
};

World worldAtTheStart(const Rulebook& rules);

/// All that may happen in `world`.
std::vector<Move> movesFrom(const World& world, const Rulebook& rules);

/// What is wrong with `world`; empty: nothing.
std::string faultOf(const World& world, const Rulebook& rules);

/// What is wrong with that step; empty: nothing.
std::string faultOf(const World& before, const Move& move);

} // namespace baton::supervise::model
