#include "client/supervise/Machine.h"

#include <algorithm>

namespace baton::supervise {
namespace {

bool waitsForReadiness(Phase phase)
{
    return phase == Phase::StartingFirst || phase == Phase::StartingOnly || phase == Phase::StartingBeside ||
           phase == Phase::StartingAlone || phase == Phase::RollingBack || phase == Phase::Restarting;
}

// It starts again after a pause, which is none of its time to get ready.
bool pauses(const Rule& rule)
{
    return std::find(rule.effects.begin(), rule.effects.end(), Effect::RetryPrevious) != rule.effects.end();
}

} // namespace

Machine::Machine(const Clock& clock, const PhaseTimes& times, Actions& actions, Phase initial)
    : clock_(clock),
      times_(times),
      actions_(actions),
      phase_(initial)
{
    enter(initial);
}

void Machine::post(Event event)
{
    queue_.push_back(event);
    if (busy_) return;
    busy_ = true;
    while (!queue_.empty()) {
        const auto next = queue_.front();
        queue_.pop_front();
        step(next);
    }
    busy_ = false;
}

void Machine::step(Event event)
{
    const auto rule = ruleFor(phase_, event);
    if (!rule) return;
    for (const auto& effect : rule->effects) {
        if (!effect || actions_.perform(*effect)) continue;
        // Recorded before acted on: what cannot be recorded does not happen, and the old release serves on.
        if (event == Event::Deadline) deadline_ = clock_.now() + RetryAfter;
        return;
    }
    enter(rule->to);
    if (pauses(*rule)) deadline_.reset();
    actions_.entered(rule->to, event);
}

void Machine::enter(Phase phase)
{
    // A candidate whose old one has died keeps the time it was given, whatever the phase is called now.
    const bool sameWait = waitsForReadiness(phase) && phase_ == Phase::StartingBeside && deadline_;
    phase_ = phase;
    if (sameWait) return;
    deadline_.reset();
    if (waitsForReadiness(phase)) deadline_ = clock_.now() + times_.ready;
    if (phase == Phase::ProbationBeside) deadline_ = clock_.now() + times_.probation;
    if (phase == Phase::Resuming) deadline_ = clock_.now() + times_.resume;
    if (phase == Phase::ProbationAlone) deadline_ = clock_.now() + times_.probationAlone;
}

void Machine::tick()
{
    if (!deadline_ || clock_.now() < *deadline_) return;
    deadline_.reset();
    post(Event::Deadline);
}

void Machine::pauseIsOver()
{
    if (waitsForReadiness(phase_)) deadline_ = clock_.now() + times_.ready;
}

void Machine::restore(Phase phase, std::optional<Instant> deadline)
{
    phase_ = phase;
    deadline_ = deadline;
}

void Machine::extendTo(Instant instant)
{
    if (waitsForReadiness(phase_) && deadline_ && *deadline_ < instant) deadline_ = instant;
}

} // namespace baton::supervise
