// The effects of the state table: each does one thing, and what it decides is in the ledger before it is done.
#include "client/core/Duration.h"
#include "client/core/Failure.h"
#include "client/core/Timestamp.h"
#include "client/os/Errors.h"
#include "client/os/Stopwatch.h"
#include "client/supervise/Draining.h"
#include "client/supervise/Environment.h"
#include "client/supervise/Handover.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

// The hand-over to it is over. A newer one, which came meanwhile, stays written down.
void forgetInstall(store::State& state, const store::ReleaseKey& key)
{
    if (state.install && state.install->key == key) state.install.reset();
}

// What is remembered of the statement waits for the commit.
std::string memoryFor(const store::State& state, const store::ReleaseKey& key)
{
    return state.install && state.install->key == key ? state.install->memory : std::string();
}

} // namespace

bool Handover::perform(Effect effect)
{
    switch (effect) {
    case Effect::StartCandidate: return phase() == Phase::Switching ? startAlone() : startCandidate();
    case Effect::EndCandidate: endCandidate(); return true;
    case Effect::LetCandidateGo: letCandidateGo(); return true;
    case Effect::BlockCandidate: return blockCandidate();
    case Effect::TakeOver: return takeOver();
    case Effect::DrainOld: return drainOld();
    case Effect::ResumeOld: standingBy_->resume(); return true; // If it does not hear, it will not answer in time.
    case Effect::OldServes: oldServes(); return true;
    case Effect::EndOld: endOld(); return true;
    case Effect::TakeBack: takeBack(); return true;
    case Effect::Commit: return commit();
    case Effect::StartPrevious: startPrevious(); return true;
    case Effect::RetryPrevious: retryPrevious(); return true;
    case Effect::FailStart:
        log_.error(candidateName() + " was not ready within " + printDuration(settings_.readyTimeout));
        endCandidate();
        exitCode_ = 69; // EX_UNAVAILABLE
        leaderNumber_ = -1;
        return true;
    case Effect::StopAll: stopAll(); return true;
    case Effect::Exit:
        if (!failure_.empty()) log_.error(candidateName() + ": " + failure_);
        if (exitCode_ == 0 && (phase() == Phase::RollingBack || phase() == Phase::Restarting))
            exitCode_ = 69; // EX_UNAVAILABLE: it could not be started.
        stopAll();
        return true;
    }
    return true;
}

// Forks, records, lets it run. False: nothing has changed. An exec that fails is the candidate's own end.
bool Handover::launch(const store::ReleaseKey& key, const Ledger::Change& change, bool mustRecord)
try {
    const auto release = store_.loadRelease(key);
    if (!release) {
        blame(Way::NotStarted, "is missing or damaged in " + store_.releases().string());
        return false;
    }
    const int number = ledger_.state().lastGeneration + 1;
    watcher_.beforeStart();
    // The terminal goes to a candidate only when nobody else serves.
    const int terminal = serving_ ? -1 : terminal_.offer();
    auto generation = std::make_unique<Generation>(world_, *release, number, terminal, living());
    const auto record = [&](store::State& state) {
        if (change) change(state);
        state.lastGeneration = number;
        state.generations.push_back(generation->record(store::GenerationRole::Candidate));
    };
    const auto step = "start " + key.version;
    if (!mustRecord)
        ledger_.note(step, record);
    else if (!ledger_.record(step, record))
        return false; // The held process ends without having run.

    candidateKey_ = key;
    wasReady_ = false;
    faultIsOurs_ = false;
    failure_.clear();
    started_ = loop_.clock().now();
    candidate_ = std::move(generation);
    if (terminal >= 0) terminal_.taken(candidate_->pid());
    if (const int error = candidate_->go(); error != 0) {
        const auto& executable = candidate_->executable();
        blame(Way::NotStarted,
              "could not execute " + executable + ": " + os::describe(error) + hintAtNoexec(executable, error));
        faultIsOurs_ = os::isShortage(error);
    }
    return true;
} catch (const std::exception& e) {
    blame(Way::NotStarted, e.what());
    return false;
}

bool Handover::startCandidate()
{
    if (!pending_) return false;
    const auto key = *pending_;
    const auto& install = ledger_.state().install;
    const int tries = install && install->key == key ? install->tries : 0;
    if (tries >= MostTries) {
        candidateKey_ = key;
        blame(Way::NotStarted, "Baton itself ended " + std::to_string(tries) + " times while it was handed over");
        pending_.reset();
        blockCandidate();
        return false;
    }
    candidateIsRollback_ = pendingIsRollback_ || (tries > 0 && install->isRollback);
    const auto begin = [&](store::State& state) {
        const auto memory = memoryFor(state, key);
        state.install = store::Install{key, store::InstallStep::Started, tries + 1, candidateIsRollback_, memory};
    };
    if (!launch(key, begin, true)) return refuseOffer(failure_);
    pending_.reset();
    return true;
}

// The machine's fault, not the release's: the old one was not touched, and it is tried again.
bool Handover::refuseOffer(const std::string& why)
{
    log_.error("the hand-over to " + pending_->version + " could not begin; again in " + printDuration(BeforeNewOffer) +
               (why.empty() ? std::string() : ": " + why));
    failure_.clear();
    candidateKey_.reset();
    tryAgain(Again::Offer, loop_.clock().now() + BeforeNewOffer);
    return false;
}

// The old one has ended already: there is no way but forward, or back from disk.
bool Handover::startAlone()
{
    const auto key = *candidateKey_;
    const auto begin = [&](store::State& state) {
        const int tries = state.install && state.install->key == key ? state.install->tries : 0;
        const auto memory = memoryFor(state, key);
        state.install = store::Install{key, store::InstallStep::Started, tries + 1, candidateIsRollback_, memory};
    };
    if (faultOf_.empty() && launch(key, begin, false)) return true;
    faultIsOurs_ = true;
    machine_.post(Event::CandidateEnded);
    return true;
}

void Handover::startPrevious()
{
    const auto& current = ledger_.state().current;
    previousTries_ = 1;
    if (!current || !launch(*current, {}, false)) machine_.post(Event::CandidateEnded);
}

void Handover::retryPrevious()
{
    if (previousTries_ >= MostPreviousTries) {
        log_.error(oldName() + " did not start in " + std::to_string(MostPreviousTries) + " tries; Baton ends");
        machine_.post(Event::GaveUp);
        return;
    }
    const auto pause = FirstPause * (1 << (previousTries_ - 1));
    ++previousTries_;
    log_.warning(oldName() + ": " + (failure_.empty() ? "it was not ready in time" : failure_) + "; again in " +
                 printDuration(pause));
    tryAgain(Again::Start, loop_.clock().now() + pause);
}

bool Handover::blockCandidate()
{
    if (!candidateKey_) return true;
    const auto key = *candidateKey_;
    if (failure_.empty()) blame(Way::NotReady, "it was not ready within " + printDuration(settings_.readyTimeout));
    const auto reason = std::exchange(failure_, {});
    const auto member = std::exchange(faultOf_, {});
    if (!member.empty()) return blockNobody(key, member, reason);
    const int errorCode = wasReady_ ? code::RolledBack : code::CandidateFailed;
    if (key == ledger_.state().current) { // It was to be started anew, and has proven itself before.
        log_.error(key.version + " could not be started anew: " + reason);
        ledger_.note("the end of a restart", [&](store::State& state) { forgetInstall(state, key); });
        return true;
    }
    log_.error(key.version + " taken back: " + reason +
               (faultIsOurs_ ? "; it will be tried again" : "; it is blocked and never tried again"));
    ledger_.note("take back " + key.version, [&](store::State& state) {
        if (!faultIsOurs_) state.block({key, reason, printTimestamp(loop_.clock().wall())});
        forgetInstall(state, key);
        ledger_.setOutcome(state, key, faultIsOurs_ ? store::Outcome::Failed : store::Outcome::RolledBack, errorCode,
                           reason, way_);
    });
    watcher_.takenBack(key, reason);
    watcher_.ledgerChanged();
    return true;
}

// Another member of its group is to blame, and may bring a better release.
bool Handover::blockNobody(const store::ReleaseKey& key, const std::string& member, const std::string& reason)
{
    log_.error(key.version + " taken back: " + reason + "; it waits until " + member + " has another release");
    ledger_.note("take back " + key.version, [&](store::State& state) {
        state.setBack = store::SetBack{key, member};
        forgetInstall(state, key);
        ledger_.setOutcome(state, key, store::Outcome::Failed, code::DeferredByPolicy, reason);
    });
    watcher_.takenBack(key, reason);
    watcher_.ledgerChanged();
    return true;
}

void Handover::endCandidate()
{
    if (!candidate_) return;
    candidate_->kill();
    draining_.push_back(std::move(candidate_)); // Its end is nobody's event any more.
}

// Nothing is asked of it any more: it stops accepting, as it is told to.
void Handover::tellCandidateToDrain()
{
    candidate_->leaveAlone();
    queues_.reset();
    candidate_->end(settings_.drainSignal, settings_.drainTimeout);
    log_.info(candidate_->key().version + " told to drain, at most " + printDuration(settings_.drainTimeout));
}

void Handover::letCandidateGo()
{
    if (!candidate_) return;
    tellCandidateToDrain();
    recordRole(*candidate_, store::GenerationRole::Draining);
    letGo(std::move(candidate_));
}

bool Handover::takeOver()
{
    if (!candidate_) return true;
    serving_ = std::move(candidate_);
    serving_->leaveAlone();
    terminal_.passTo(serving_->pid());
    recordRole(*serving_, store::GenerationRole::Serving);
    orphans_.end(settings_.drainSignal, settings_.drainTimeout);
    manager_.ready(settings_.number);
    return true;
}

void Handover::recordRole(const Generation& generation, store::GenerationRole role)
{
    const int number = generation.number();
    ledger_.note("the part of " + generation.key().version, [number, role](store::State& state) {
        for (auto& record : state.generations)
            if (record.number == number) record.role = role;
    });
}

bool Handover::drainOld()
{
    if (!serving_) return true;
    const os::Stopwatch sinceDecision;
    const int number = serving_->number();
    const bool recorded = ledger_.record("drain " + serving_->key().version, [number](store::State& state) {
        for (auto& record : state.generations)
            if (record.number == number) record.role = store::GenerationRole::Draining;
    });
    if (!recorded) return false;
    const auto written = sinceDecision.microseconds();
    const bool standsBy = candidate_ && serving_->canStandBy() && serving_->standBy();
    if (!standsBy) serving_->end(settings_.drainSignal, settings_.drainTimeout);
    const auto sent = sinceDecision.microseconds();
    log_.info(serving_->key().version + (standsBy ? " told to drain, and stands by" : " told to drain, at most ") +
              (standsBy ? std::string() : printDuration(settings_.drainTimeout)));
    log_.debug("the drain signal went " + std::to_string(sent) + " us after the decision, " + std::to_string(written) +
               " us of them to write it down");
    switchingNumber_ = number;
    if (standsBy)
        standingBy_ = std::move(serving_);
    else
        letGo(std::move(serving_));
    if (candidate_) terminal_.passTo(candidate_->pid());
    return true;
}

// It was told to end. Long-lived connections hold no update up: of too many the oldest is ended.
void Handover::letGo(std::unique_ptr<Generation> generation)
{
    draining_.push_back(std::move(generation));
    std::vector<bool> killed;
    for (const auto& one : draining_) killed.push_back(one->wasKilled());
    for (const auto at : tooMany(killed, static_cast<std::size_t>(settings_.mostDraining))) {
        auto& oldest = *draining_[at];
        log_.warning(oldest.key().version + " (generation " + std::to_string(oldest.number()) +
                     ") is ended: more than " + std::to_string(settings_.mostDraining) + " drain at a time");
        oldest.kill();
    }
}

// What it gave away comes back to it, unless the candidate, told to drain, still has it.
void Handover::oldServes()
{
    stored_.giveBack(standingBy_->number());
    serving_ = std::move(standingBy_);
    recordRole(*serving_, store::GenerationRole::Serving);
    terminal_.passTo(serving_->pid());
}

void Handover::endOld()
{
    log_.warning(oldName() + " did not take up accepting again");
    standingBy_->kill();
    letGo(std::move(standingBy_));
}

// The release was committed, and is bad after all: what was before it is the current one again.
void Handover::takeBack()
{
    const auto key = *ledger_.state().current;
    log_.error(key.version + " taken back: " + failure_ + "; it is blocked and never tried again");
    ledger_.note("take back " + key.version, [&](store::State& state) {
        state.block({key, failure_, printTimestamp(loop_.clock().wall())});
        state.current = state.previous;
        state.previous.reset();
        state.crashes.reset();
        ledger_.setOutcome(state, key, store::Outcome::RolledBack, code::RolledBack, failure_, way_);
    });
    failure_.clear();
    watcher_.ledgerChanged();
}

// What a person wanted to get away from is blocked, and the history tells that instead.
void Handover::goBack(store::State& state, const store::ReleaseKey& key) const
{
    const auto unwanted = *state.current;
    const std::string reason = "a person took it back";
    state.current = key;
    state.previous.reset();
    state.block({unwanted, reason, printTimestamp(loop_.clock().wall())});
    ledger_.setOutcome(state, unwanted, store::Outcome::RolledBack, code::RolledBack, reason, Way::TakenBack);
}

bool Handover::recordCommit(const store::ReleaseKey& key, bool mustRecord)
{
    const auto change = [&](store::State& state) {
        // What the Baton before this one had decided, too.
        const bool isRollback =
            candidateIsRollback_ || (state.install && state.install->key == key && state.install->isRollback);
        if (state.current && state.current != key && isRollback) {
            goBack(state, key);
        } else if (state.current != key) {
            ledger_.setOutcome(state, key, store::Outcome::Committed, 0, ""); // First: it says what ran before.
            state.previous = state.current;
        }
        state.current = key;
        state.crashes.reset();
        if (const auto memory = memoryFor(state, key); state.trust && !memory.empty()) state.trust->memory = memory;
        forgetInstall(state, key);
        state.setBack.reset();
    };
    if (mustRecord) return ledger_.record("commit " + key.version, change);
    ledger_.note("commit " + key.version, change);
    return true;
}

bool Handover::commit()
{
    const auto key = *candidateKey_;
    // Without a current release there is nothing to go back to; and what is decided for a group is written down
    // already.
    if (!recordCommit(key, ledger_.state().current && !isDecided_)) return false;
    log_.info(key.version + " committed");
    previousTries_ = 1; // Those of the one before it.
    if (standingBy_) {
        standingBy_->endStandBy(settings_.drainSignal, settings_.drainTimeout);
        letGo(std::move(standingBy_));
    }
    watcher_.ledgerChanged();
    return true;
}

void Handover::stopAll()
{
    again_.reset();
    manager_.stopping(settings_.number);
    const auto& install = ledger_.state().install;
    if (install && install->key == candidateKey_ && install->step == store::InstallStep::Started)
        ledger_.note("stop", [](store::State& state) { // Told to end, not killed: this hand-over does not count.
            state.install->step = store::InstallStep::Installed;
            --state.install->tries;
        });
    const Generation* told = nullptr;
    if (leaderNumber_ == 0) {
        leaderNumber_ = leaderAtTheEnd();
        if (auto* generation = leader(); generation != nullptr && stop_.signal.number != 0) {
            generation->signal(stop_);
            told = generation;
        }
    }
    if (candidate_ && candidate_.get() != told) candidate_->end(SIGTERM, settings_.drainTimeout);
    if (standingBy_) letGo(std::move(standingBy_));
    for (const auto& generation : draining_) generation->signal({{SIGTERM}});
    orphans_.end(SIGTERM, settings_.drainTimeout);
}

// Where the supervisor itself, and the roles that it starts, are a release of the program.
bool Handover::isOurOwn(const std::filesystem::path& directory) const
{
    return settings_.supervisor.string().starts_with(directory.string() + '/');
}

void Handover::removeOldReleases()
try {
    const auto& state = ledger_.state();
    const auto isUsed = [&](const store::ReleaseKey& key) {
        return state.current == key || state.previous == key || (state.install && state.install->key == key) ||
               pending_ == key || isOurOwn(store_.releaseDirectory(key)) ||
               std::any_of(state.generations.begin(), state.generations.end(),
                           [&](const auto& record) { return record.key == key; });
    };
    store_.removeOldReleases(state, isUsed, settings_.keepReleases);
} catch (const std::exception& e) {
    log_.warning(std::string("an old release could not be removed: ") + e.what());
}

} // namespace baton::supervise
