#include "client/supervise/Handover.h"

#include "client/core/Duration.h"
#include "client/core/Timestamp.h"
#include "client/os/Errors.h"

#include <algorithm>
#include <csignal>
#include <exception>

namespace baton::supervise {

Handover::Handover(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store,
                   const ListenerSet& listeners, Ledger& ledger, Orphans& orphans, HandoverWatcher& watcher)
    : loop_(loop),
      log_(log),
      settings_(settings),
      store_(store),
      ledger_(ledger),
      orphans_(orphans),
      watcher_(watcher),
      world_{loop, log, settings, store, listeners, *this},
      machine_(loop.clock(), {settings.readyTimeout, settings.probation, settings.probationAlone}, *this,
               ledger.state().current ? Phase::StartingFirst : Phase::Empty)
{
}

void Handover::start()
{
    armDeadline();
    if (phase() == Phase::Empty) {
        log_.info("the store holds no release yet; the first one comes from the server");
        manager_.status("waiting for the first release");
        return;
    }
    const auto& current = *ledger_.state().current;
    if (!launch(current, {}, false)) {
        failure_ = failure_.empty() ? "it could not be started" : failure_;
        log_.error(current.version + " " + failure_);
        exitCode_ = 69;
        stop(SIGTERM);
    }
}

void Handover::offer(const store::ReleaseKey& key)
{
    pending_ = key;
    offerPending();
}

void Handover::offerPending()
{
    if (!pending_ || (phase() != Phase::Serving && phase() != Phase::Empty)) return;
    if (settings_.handoff == Handoff::Overlap || phase() == Phase::Empty) return post(Event::OfferBeside);
    candidateKey_ = *pending_; // The old one ends before the candidate starts.
    post(Event::OfferRestart);
    if (phase() != Phase::Serving) return pending_.reset();
    again_ = loop_.after(BeforeNewOffer, [this] { offerPending(); }); // Could not be recorded: the old one serves on.
}

void Handover::stop(int signal)
{
    if (phase() == Phase::Stopping) {
        forward(signal); // Asked once more: the program decides what that means.
        return;
    }
    stopSignal_ = signal;
    post(Event::Stop);
}

void Handover::forward(int signal)
{
    if (auto* generation = leader()) generation->signal(signal);
}

void Handover::followTerminal()
{
    if (const auto* generation = leader()) terminal_.followStop(generation->pid());
}

// The one that is the program, for whoever runs Baton.
Generation* Handover::leader() const
{
    if (serving_) return serving_.get();
    return candidate_.get();
}

void Handover::post(Event event)
{
    machine_.post(event);
    armDeadline();
}

void Handover::armDeadline()
{
    const auto deadline = machine_.deadline();
    if (!deadline) return deadline_.reset();
    deadline_ = loop_.after(std::max(Duration(0), *deadline - loop_.clock().now()), [this] {
        machine_.tick();
        armDeadline();
    });
}

void Handover::entered(Phase phase, Event because)
{
    sayPhase(phase, because);
    if (phase == Phase::Serving || phase == Phase::Empty) {
        failure_.clear();
        candidateKey_.reset();
        removeOldReleases();
        again_ = loop_.after(Duration(0), [this] { offerPending(); });
    }
    if (phase == Phase::Stopping) exitWhenAllEnded();
}

void Handover::ready(int number)
{
    if (!candidate_ || candidate_->number() != number) return;
    wasReady_ = true;
    const auto took = printDuration(loop_.clock().now() - started_);
    log_.info(candidateName() + " ready after " + took + " (generation " + std::to_string(number) + ", pid " +
              std::to_string(candidate_->pid()) + ")");
    post(Event::Ready);
}

void Handover::extended(int number, Duration by)
{
    if (!candidate_ || candidate_->number() != number) return;
    machine_.extendTo(loop_.clock().now() + by);
    armDeadline();
}

void Handover::ended(int number, const os::ExitStatus& status)
{
    const auto how = os::describe(status);
    if (number == leaderNumber_ || phase() != Phase::Stopping) exitCode_ = status.shellCode();

    if (candidate_ && candidate_->number() == number) {
        if (failure_.empty())
            failure_ = "it ended with " + how + (wasReady_ ? " on probation" : " before it was ready");
        candidate_.reset();
        forget(number, candidateName());
        post(Event::CandidateEnded);
    } else if (serving_ && serving_->number() == number) {
        log_.info(oldName() + " ended with " + how);
        forget(number, oldName());
        serving_.reset();
        // At a terminal the program was ended by its user, who means all of it.
        const bool byUser = terminal_.isOwned() && phase() != Phase::Serving;
        post(byUser ? Event::Stop : Event::ServingEnded);
    } else {
        const auto found = std::find_if(draining_.begin(), draining_.end(),
                                        [number](const auto& generation) { return generation->number() == number; });
        if (found == draining_.end()) return;
        const auto version = (*found)->key().version;
        draining_.erase(found);
        log_.info(version + " (generation " + std::to_string(number) + ") has ended with " + how);
        forget(number, version);
        if (number == switchingNumber_ && phase() == Phase::Switching) post(Event::ServingEnded);
    }
    if (phase() == Phase::Stopping) exitWhenAllEnded();
}

void Handover::forget(int number, const std::string& name)
{
    ledger_.note("the end of " + name, [number](store::State& state) {
        std::erase_if(state.generations, [number](const auto& record) { return record.number == number; });
    });
}

void Handover::exitWhenAllEnded()
{
    if (!serving_ && !candidate_ && draining_.empty()) watcher_.finished(exitCode_);
}

std::string Handover::candidateName() const { return candidateKey_ ? candidateKey_->version : "the candidate"; }

std::string Handover::oldName() const
{
    return ledger_.state().current ? ledger_.state().current->version : "the old release";
}

void Handover::sayPhase(Phase phase, Event because) const
{
    const auto candidate = candidateName();
    const auto serving = serving_ ? serving_->key().version : candidate;
    switch (phase) {
    case Phase::StartingBeside: log_.info(candidate + " starts beside " + oldName()); break;
    case Phase::ProbationBeside:
        log_.info(candidate + " on probation beside " + oldName() + " for " + printDuration(settings_.probation));
        break;
    case Phase::ProbationAlone:
        log_.info(candidate + " serves alone, on probation for " + printDuration(settings_.probationAlone));
        break;
    case Phase::Switching:
        log_.info(candidate + " waits for " + oldName() + " to end; clients wait in the queue");
        break;
    case Phase::StartingAlone: log_.info(candidate + " starts; clients wait in the queue"); break;
    case Phase::RollingBack: log_.warning("going back to " + oldName()); break;
    case Phase::Serving:
        if (because == Event::Ready)
            log_.info(serving + " serves");
        else if (because == Event::CandidateEnded || !wasReady_)
            log_.info(serving + " serves on");
        break;
    default: break;
    }
    manager_.status(std::string(publicName(phase)) + ": " + serving);
}

control::Status Handover::status() const
{
    const auto describe = [](const Generation& generation) {
        return control::RunningRelease{generation.key().version, generation.key().sha256, generation.number(),
                                       static_cast<int>(generation.pid())};
    };
    control::Status status;
    status.state = publicName(phase());
    if (serving_) status.release = describe(*serving_);
    if (candidate_) status.candidate = describe(*candidate_);
    for (const auto& generation : draining_) status.draining.push_back(describe(*generation));
    for (const auto& blocked : ledger_.state().blocked)
        status.blocked.push_back({blocked.key.version, blocked.key.sha256, blocked.reason, blocked.time});
    return status;
}

} // namespace baton::supervise
