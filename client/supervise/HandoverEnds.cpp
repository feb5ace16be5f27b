// What follows when a generation ends: for the hand-off, for the exit code, and for what is remembered of it.
#include "client/supervise/CrashLoop.h"
#include "client/supervise/Endings.h"
#include "client/supervise/Handover.h"

#include <algorithm>
#include <string>

namespace baton::supervise {

void Handover::ended(int number, const os::ExitStatus& status)
{
    if (number == leaderNumber_) exitCode_ = status.shellCode();
    const auto is = [number](const auto& generation) { return generation && generation->number() == number; };
    if (is(candidate_))
        candidateEnded(status);
    else if (is(serving_))
        servingEnded(status);
    else if (is(standingBy_))
        standByEnded(status);
    else
        drainingEnded(number, status);
    noteWhoAccepts();
    watcher_.generationsChanged();
    if (phase() == Phase::Stopping) exitWhenAllEnded();
    giveStored();
}

void Handover::candidateEnded(const os::ExitStatus& status)
{
    const bool isCurrent = startsTheCurrent(phase());
    if (isCurrent) exitCode_ = status.shellCode(); // A candidate's code is never Baton's.
    if (failure_.empty())
        blame(wasReady_ ? Way::EndedOnProbation : Way::EndedBeforeReady,
              "it " + candidate_->describeEnd(status) + (wasReady_ ? " on probation" : " before it was ready"));
    const bool loops = isCurrent && phase() != Phase::RollingBack && countCrash(*candidate_, status);
    // Who stands in the foreground and ends without a fault was told to by the keyboard.
    const bool byUser = terminal_.isHeld() && !serving_ && !isFailure(status);
    const int number = candidate_->number();
    candidate_.reset();
    forget(number, candidateName());
    post(*eventOf({phase(), Part::Candidate, standingBy_ != nullptr, loops, false, byUser}));
}

void Handover::servingEnded(const os::ExitStatus& status)
{
    log_.info(oldName() + ' ' + serving_->describeEnd(status));
    if (phase() != Phase::Stopping) exitCode_ = status.shellCode();
    const bool alone = phase() == Phase::Serving;
    const bool loops = alone && countCrash(*serving_, status);
    const bool again = alone && settings_.restart == Restart::OnFailure && isFailure(status);
    forgetCrashesBefore(*serving_);
    if (again && !loops) blame(Way::Unsaid, "it " + serving_->describeEnd(status));
    const int number = serving_->number();
    serving_.reset();
    forget(number, oldName());
    const auto event = *eventOf({phase(), Part::Serving, false, loops, again, terminal_.isHeld()});
    if (event == Event::Stop && leaderNumber_ == 0) leaderNumber_ = number; // Its code is ours.
    if (candidate_) terminal_.passTo(candidate_->pid());
    post(event);
}

void Handover::standByEnded(const os::ExitStatus& status)
{
    log_.warning(oldName() + ", which stood by, " + standingBy_->describeEnd(status));
    forgetCrashesBefore(*standingBy_);
    const int number = standingBy_->number();
    standingBy_.reset();
    forget(number, oldName());
    if (const auto event = eventOf({phase(), Part::StandingBy})) post(*event);
}

void Handover::drainingEnded(int number, const os::ExitStatus& status)
{
    const auto found = std::find_if(draining_.begin(), draining_.end(),
                                    [number](const auto& generation) { return generation->number() == number; });
    if (found == draining_.end()) return;
    const auto version = (*found)->key().version;
    draining_.erase(found);
    log_.info(version + " (generation " + std::to_string(number) + ") has ended with " + os::describe(status));
    forget(number, version);
    const auto part = number == switchingNumber_ ? Part::Switching : Part::Draining;
    if (const auto event = eventOf({phase(), part})) post(*event);
}

// A long run ends a row of short ones, in whatever phase it ends and however: of the tries, and of the ledger's
// crashes.
void Handover::forgetCrashesBefore(const Generation& generation)
{
    if (generation.age() < LongEnough) return;
    previousTries_ = 1;
    const auto& crashes = ledger_.state().crashes;
    if (crashes && crashes->key == generation.key())
        ledger_.note("a run that lasted", [](store::State& state) { state.crashes.reset(); });
}

// Whether this was one crash too many, and there is something to go back to.
bool Handover::countCrash(const Generation& generation, const os::ExitStatus& status)
{
    const auto crashes = countedWith(ledger_.state().crashes, generation.key(), generation.age(), status);
    if (crashes == ledger_.state().crashes) return false;
    ledger_.note("a crash of " + generation.key().version, [&](store::State& state) { state.crashes = crashes; });
    const auto& previous = ledger_.state().previous;
    if (!isLoop(crashes) || !previous || ledger_.state().isBlocked(*previous) || !store_.loadRelease(*previous))
        return false;
    blame(Way::CrashLoop, describe(*crashes, status));
    return true;
}

void Handover::forget(int number, const std::string& name)
{
    ledger_.note("the end of " + name, [number](store::State& state) {
        std::erase_if(state.generations, [number](const auto& record) { return record.number == number; });
    });
}

void Handover::exitWhenAllEnded()
{
    if (!serving_ && !candidate_ && !standingBy_ && draining_.empty()) watcher_.finished(exitCode_);
}

} // namespace baton::supervise
