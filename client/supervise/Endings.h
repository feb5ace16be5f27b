// What the end of a process means for the hand-off: who it was decides, and when.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/StateTable.h"

#include <optional>

namespace baton::supervise {

/// Whether what starts in this phase is the current release itself: its end is the program's.
constexpr bool startsTheCurrent(Phase phase)
{
    return phase == Phase::StartingFirst || phase == Phase::Restarting || phase == Phase::RollingBack;
}

/// Which generation has ended.
enum class Part {
    Candidate,
    Serving,
    StandingBy,
    Switching, ///< --handoff restart: the old one, which the candidate waits for
    Draining   ///< any other that was told to leave
};

struct End {
    Phase phase;
    Part part;
    bool oldStandsBy = false; ///< the one to go back to lives, drained
    bool loops = false;       ///< the current release: one crash too many, and there is a previous one
    bool again = false;       ///< the current release: to be started again
    bool byUser = false;      ///< at a terminal, where the user means all of it
};

/// Nothing if the machine need not hear of it.
constexpr std::optional<Event> eventOf(const End& end)
{
    switch (end.part) {
    case Part::Candidate:
        if (end.loops) return Event::CrashLoop;
        if (end.byUser) return Event::Stop;
        return end.phase == Phase::ProbationAlone && end.oldStandsBy ? Event::CandidateEndedBesideStandBy
                                                                     : Event::CandidateEnded;
    case Part::Serving:
        if (end.loops) return Event::CrashLoop;
        if (end.again) return Event::ServingFailed;
        return end.byUser && end.phase != Phase::Serving ? Event::Stop : Event::ServingEnded;
    case Part::StandingBy:
        if (end.phase == Phase::Resuming) return Event::ServingEnded;
        break;
    case Part::Switching:
        if (end.phase == Phase::Switching) return Event::ServingEnded;
        break;
    case Part::Draining: break;
    }
    return std::nullopt;
}

} // namespace baton::supervise
