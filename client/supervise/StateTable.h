// Which release runs, as a table: what may happen in each phase, where it leads, and what is done about it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace baton::supervise {

enum class Phase {
    Empty,           ///< no release yet: the first one comes from the server
    StartingFirst,   ///< the current release starts; nothing else serves
    StartingOnly,    ///< the first release of an empty store starts
    Serving,         ///< one release serves
    StartingBeside,  ///< the candidate starts while the old one serves
    ProbationBeside, ///< both serve
    ProbationAlone,  ///< the candidate serves alone, not yet committed
    Switching,       ///< --handoff restart: the old one is ending, the candidate waits
    StartingAlone,   ///< the candidate starts and nobody serves; connections wait in the queue
    Resuming,        ///< the old one, which stood by, takes up accepting again
    RollingBack,     ///< the previous release starts again from disk
    Restarting,      ///< the current release has failed, and starts again
    Stopping         ///< everything ends
};

/// Of a probation: beside the old release, then alone.
enum class Half { Beside, Alone };

enum class Event {
    OfferBeside,                 ///< a release is installed and is to take over by overlap
    OfferRestart,                ///< … and is to take over by restart
    Ready,                       ///< the one that starts is ready
    CandidateEnded,              ///< the one that starts or is on probation has died
    CandidateEndedBesideStandBy, ///< … and the old one stands by
    Withdrawn,                   ///< a person or its group takes it back, well as it may be
    WithdrawnBesideStandBy,      ///< … and the old one stands by
    Resumed,                     ///< the old one accepts again
    ServingEnded,                ///< the old one has died or ended
    ServingFailed,               ///< … and is to be started again
    CrashLoop, ///< the current release has died again and again soon after its start, and there is a previous one
    Deadline,  ///< the phase's time is over
    GaveUp,    ///< the previous release could not be started again
    Stop       ///< we were told to end
};

enum class Effect {
    StartCandidate, ///< recorded first; refused when it cannot be recorded or started
    EndCandidate,   ///< it and all it started, at once
    LetCandidateGo, ///< it is told to drain, as an old one is: who it serves loses nothing
    BlockCandidate, ///< never again on this machine; told to the server
    TakeOver,       ///< what was the candidate is the one that serves
    DrainOld,       ///< recorded first; refused when it cannot be recorded. It stands by if it can
    ResumeOld,      ///< the one that stands by is told to accept again
    OldServes,      ///< what stood by is the one that serves
    EndOld,         ///< what stands by is killed
    TakeBack,       ///< the current release is blocked, and the previous one is the current
    Commit,         ///< recorded first; refused when it cannot be recorded
    StartPrevious,  ///< the current release from disk, on the same listeners
    RetryPrevious,  ///< the same, after a pause that grows; GaveUp after the last try
    FailStart,      ///< the first release was not ready in time: exit 69
    StopAll,        ///< end the candidate, pass the signal on, end the agent
    Exit            ///< with the program's own code
};

/// At most this many effects in one step; the rest of the array is absent.
inline constexpr std::size_t MostEffects = 4;
using Effects = std::array<std::optional<Effect>, MostEffects>;

struct Rule {
    Phase from;
    Event on;
    Phase to;
    Effects effects{};
};

inline constexpr std::array Rules{
    Rule{Phase::Empty, Event::OfferBeside, Phase::StartingOnly, {Effect::StartCandidate}},
    Rule{Phase::Empty, Event::OfferRestart, Phase::StartingOnly, {Effect::StartCandidate}},
    Rule{Phase::Empty, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::StartingFirst, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    Rule{Phase::StartingFirst, Event::CandidateEnded, Phase::Stopping, {Effect::Exit}},
    Rule{Phase::StartingFirst, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    Rule{Phase::StartingFirst, Event::Deadline, Phase::Stopping, {Effect::FailStart}},
    Rule{Phase::StartingFirst, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::StartingOnly, Event::Ready, Phase::Serving, {Effect::Commit, Effect::TakeOver}},
    Rule{Phase::StartingOnly, Event::CandidateEnded, Phase::Empty, {Effect::BlockCandidate}},
    Rule{Phase::StartingOnly, Event::Deadline, Phase::Empty, {Effect::BlockCandidate, Effect::EndCandidate}},
    Rule{Phase::StartingOnly, Event::Withdrawn, Phase::Empty, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    Rule{Phase::StartingOnly, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::Serving, Event::OfferBeside, Phase::StartingBeside, {Effect::StartCandidate}},
    Rule{Phase::Serving, Event::OfferRestart, Phase::Switching, {Effect::DrainOld}},
    Rule{Phase::Serving, Event::ServingEnded, Phase::Stopping, {Effect::Exit}},
    Rule{Phase::Serving, Event::ServingFailed, Phase::Restarting, {Effect::RetryPrevious}},
    Rule{Phase::Serving, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    Rule{Phase::Serving, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::StartingBeside, Event::Ready, Phase::ProbationBeside},
    Rule{Phase::StartingBeside, Event::CandidateEnded, Phase::Serving, {Effect::BlockCandidate}},
    Rule{Phase::StartingBeside, Event::Deadline, Phase::Serving, {Effect::BlockCandidate, Effect::EndCandidate}},
    Rule{Phase::StartingBeside, Event::Withdrawn, Phase::Serving, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    Rule{Phase::StartingBeside, Event::ServingEnded, Phase::StartingAlone}, // The queue holds the clients meanwhile.
    Rule{Phase::StartingBeside, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::ProbationBeside, Event::Deadline, Phase::ProbationAlone, {Effect::DrainOld}},
    Rule{Phase::ProbationBeside, Event::CandidateEnded, Phase::Serving, {Effect::BlockCandidate}},
    Rule{Phase::ProbationBeside, Event::Withdrawn, Phase::Serving, {Effect::BlockCandidate, Effect::LetCandidateGo}},
    Rule{Phase::ProbationBeside, Event::ServingEnded, Phase::ProbationAlone},
    Rule{Phase::ProbationBeside, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::ProbationAlone, Event::Deadline, Phase::Serving, {Effect::Commit, Effect::TakeOver}},
    Rule{Phase::ProbationAlone,
         Event::CandidateEnded,
         Phase::RollingBack,
         {Effect::BlockCandidate, Effect::StartPrevious}},
    Rule{Phase::ProbationAlone,
         Event::CandidateEndedBesideStandBy,
         Phase::Resuming,
         {Effect::ResumeOld, Effect::BlockCandidate}},
    Rule{Phase::ProbationAlone,
         Event::Withdrawn,
         Phase::RollingBack,
         {Effect::BlockCandidate, Effect::LetCandidateGo, Effect::StartPrevious}},
    Rule{Phase::ProbationAlone,
         Event::WithdrawnBesideStandBy,
         Phase::Resuming,
         {Effect::ResumeOld, Effect::BlockCandidate, Effect::LetCandidateGo}},
    Rule{Phase::ProbationAlone, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::Switching, Event::ServingEnded, Phase::StartingAlone, {Effect::StartCandidate}},
    Rule{Phase::Switching, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::StartingAlone, Event::Ready, Phase::ProbationAlone},
    Rule{Phase::StartingAlone,
         Event::CandidateEnded,
         Phase::RollingBack,
         {Effect::BlockCandidate, Effect::StartPrevious}},
    Rule{Phase::StartingAlone,
         Event::Deadline,
         Phase::RollingBack,
         {Effect::BlockCandidate, Effect::EndCandidate, Effect::StartPrevious}},
    Rule{Phase::StartingAlone,
         Event::Withdrawn,
         Phase::RollingBack,
         {Effect::BlockCandidate, Effect::LetCandidateGo, Effect::StartPrevious}},
    Rule{Phase::StartingAlone, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::Resuming, Event::Resumed, Phase::Serving, {Effect::OldServes}},
    Rule{Phase::Resuming, Event::ServingEnded, Phase::RollingBack, {Effect::StartPrevious}},
    Rule{Phase::Resuming, Event::Deadline, Phase::RollingBack, {Effect::EndOld, Effect::StartPrevious}},
    Rule{Phase::Resuming, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::RollingBack, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    Rule{Phase::RollingBack, Event::CandidateEnded, Phase::RollingBack, {Effect::RetryPrevious}},
    Rule{Phase::RollingBack, Event::Deadline, Phase::RollingBack, {Effect::EndCandidate, Effect::RetryPrevious}},
    Rule{Phase::RollingBack, Event::GaveUp, Phase::Stopping, {Effect::Exit}},
    Rule{Phase::RollingBack, Event::Stop, Phase::Stopping, {Effect::StopAll}},

    Rule{Phase::Restarting, Event::Ready, Phase::Serving, {Effect::TakeOver}},
    Rule{Phase::Restarting, Event::CandidateEnded, Phase::Restarting, {Effect::RetryPrevious}},
    Rule{Phase::Restarting, Event::Deadline, Phase::Restarting, {Effect::EndCandidate, Effect::RetryPrevious}},
    Rule{Phase::Restarting, Event::CrashLoop, Phase::RollingBack, {Effect::TakeBack, Effect::StartPrevious}},
    Rule{Phase::Restarting, Event::GaveUp, Phase::Stopping, {Effect::Exit}},
    Rule{Phase::Restarting, Event::Stop, Phase::Stopping, {Effect::StopAll}},
};

constexpr bool eachPairHasOneRule()
{
    for (std::size_t i = 0; i < Rules.size(); ++i)
        for (std::size_t j = i + 1; j < Rules.size(); ++j)
            if (Rules.at(i).from == Rules.at(j).from && Rules.at(i).on == Rules.at(j).on) return false;
    return true;
}
static_assert(eachPairHasOneRule());

/// Nothing if the event means nothing in this phase: it came late, and what it was about is gone.
constexpr std::optional<Rule> ruleFor(Phase from, Event on)
{
    for (const auto& rule : Rules)
        if (rule.from == from && rule.on == on) return rule;
    return std::nullopt;
}

/// The word that `baton status` says for it.
std::string_view publicName(Phase phase);

std::string_view name(Event event);

} // namespace baton::supervise
