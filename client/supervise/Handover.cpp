#include "client/supervise/Handover.h"

#include "client/core/Duration.h"
#include "client/supervise/Endings.h"

#include <algorithm>
#include <csignal>

namespace baton::supervise {

Handover::Handover(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store,
                   const ListenerSet& listeners, Ledger& ledger, Orphans& orphans, ServiceManager& manager,
                   HandoverWatcher& watcher)
    : loop_(loop),
      log_(log),
      settings_(settings),
      store_(store),
      ledger_(ledger),
      orphans_(orphans),
      manager_(manager),
      watcher_(watcher),
      terminal_(settings.name.empty() ? Terminal() : Terminal::leftAlone()),
      stored_(loop, log, [this] { giveStored(); }),
      cgroups_(loop, log),
      world_{loop, log, settings, store, listeners, stored_, cgroups_, *this},
      machine_(loop.clock(), {settings.readyTimeout, settings.probation, settings.probationAlone}, *this,
               ledger.state().current ? Phase::StartingFirst : Phase::Empty)
{
}

void Handover::start()
{
    machine_.begin();
    armDeadline();
    if (phase() == Phase::Empty) {
        log_.info("the store holds no release yet; the first one comes from the server");
        manager_.status(settings_.number, "waiting for the first release");
        return;
    }
    const auto& current = *ledger_.state().current;
    if (!launch(current, {}, false)) {
        if (failure_.empty()) blame(Way::NotStarted, "it could not be started");
        log_.error(current.version + " " + failure_);
        exitCode_ = 69;
        stop({{SIGTERM}});
    }
}

void Handover::offer(const store::ReleaseKey& key)
{
    pending_ = key;
    pendingIsRollback_ = false;
    offerPending();
}

void Handover::restart()
{
    log_.info("a person wants " + oldName() + " started anew");
    pendingIsRollback_ = false;
    offer(*ledger_.state().current);
}

void Handover::renew()
{
    const auto& current = ledger_.state().current;
    if (!current || pending_ || phase() != Phase::Serving) return;
    const auto now = loop_.clock().now();
    if (renewed_ && now - *renewed_ < BetweenRenewals) {
        log_.error(oldName() +
                   " has lost its socket again, and is not started anew again so soon: baton restart does it");
        return;
    }
    renewed_ = now;
    log_.warning(oldName() + " is to be started anew, for a socket by which it can be reached");
    pending_ = *current;
    pendingIsRollback_ = false;
    tryAgain(Again::Offer, now);
}

// In the middle of a hand-off it is the candidate that nobody wants; else what runs.
std::string Handover::rollBack()
{
    if (candidate_ && !startsTheCurrent(phase())) {
        withdraw(Way::TakenBack, "a person took it back");
        return {};
    }
    const auto& state = ledger_.state();
    if (!state.current || !state.previous) return "there is no release before the one that runs";
    if (state.isBlocked(*state.previous)) return "the release before, " + state.previous->version + ", is blocked";
    if (!store_.loadRelease(*state.previous)) return "the release before, " + state.previous->version + ", is damaged";
    log_.info("a person wants to go back from " + oldName() + " to " + state.previous->version);
    pendingIsRollback_ = true;
    pending_ = state.previous;
    offerPending();
    return {};
}

void Handover::offerPending()
{
    if (!pending_ || (phase() != Phase::Serving && phase() != Phase::Empty)) return;
    if (settings_.handoff == Handoff::Overlap || phase() == Phase::Empty) return post(Event::OfferBeside);
    candidateKey_ = *pending_; // The old one ends before the candidate starts.
    const auto& install = ledger_.state().install;
    candidateIsRollback_ = pendingIsRollback_ || (install && install->key == *pending_ && install->isRollback);
    post(Event::OfferRestart);
    if (phase() != Phase::Serving) return pending_.reset();
    tryAgain(Again::Offer, loop_.clock().now() + BeforeNewOffer); // Could not be recorded: the old one serves on.
}

void Handover::stop(const Passed& passed)
{
    if (phase() == Phase::Stopping) {
        forward(passed); // Asked once more: the program decides what that means.
        return;
    }
    stop_ = passed;
    post(Event::Stop);
}

void Handover::forward(const Passed& passed)
{
    if (phase() == Phase::Empty)
        return log_.info(os::nameOfSignal(passed.signal.number) + " reaches nobody: there is no release yet");
    held_.add(passed);
    passOn();
}

// One that is not ready may not have its handlers yet, and would end by it.
void Handover::passOn()
{
    const auto* generation = leader();
    const bool hasHandlers = serving_ || wasReady_ || phase() == Phase::Stopping;
    if (generation == nullptr || !hasHandlers) return;
    for (const auto& passed : held_.take()) generation->signal(passed);
}

void Handover::followTerminal()
{
    if (const auto* generation = leader()) terminal_.followStop(generation->pid());
}

void Handover::suspend()
{
    if (const auto* generation = leader())
        generation->signal({{SIGTSTP}, true}); // We follow it when it has stopped.
    else
        terminal_.suspend();
}

void Handover::resume()
{
    const auto* generation = leader();
    if (generation == nullptr) return;
    terminal_.resume(generation->pid());
    generation->signal({{SIGCONT}, true});
}

// The one that is the program, for whoever runs Baton.
Generation* Handover::leader() const
{
    if (serving_) return serving_.get();
    return candidate_.get();
}

// Whose exit code is Baton's when it is told to end: the committed release's where that lives.
int Handover::leaderAtTheEnd() const
{
    if (serving_) return serving_->number();
    if (standingBy_) return standingBy_->number();
    if (candidate_) return candidate_->number();
    return phase() == Phase::Switching ? switchingNumber_ : 0;
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
        if (isHeldBack()) return; // The phase lasts, and what may happen in it still can.
        machine_.tick();
        armDeadline();
    });
}

// One that is on its way out has not passed.
bool Handover::isHeldBack()
{
    if (phase() != Phase::ProbationBeside && phase() != Phase::ProbationAlone) return false;
    if (candidate_ && candidate_->isEnding()) return true;
    return passed_ != phase() && !watcher_.mayGoOn(phase() == Phase::ProbationAlone ? Half::Alone : Half::Beside);
}

void Handover::goOn(bool forGood)
{
    passed_ = phase();
    isDecided_ = forGood;
    machine_.tick();
    armDeadline();
}

void Handover::setBack(const store::ReleaseKey& key, const std::string& member, const std::string& why)
{
    faultOf_ = member;
    if (candidate_ && !startsTheCurrent(phase())) return withdraw(Way::Unsaid, why);
    blame(Way::Unsaid, why);
    if (phase() == Phase::Switching) return; // The old one ends already; startAlone() sees.
    candidateKey_ = key;
    if (pending_ == key) pending_.reset();
    blockCandidate();
    candidateKey_.reset();
}

void Handover::commitDecided(const store::ReleaseKey& key)
{
    log_.warning(key.version + " was committed by a Baton that was killed in that moment");
    recordCommit(key, false);
}

void Handover::entered(Phase phase, Event because)
{
    passed_.reset();
    isDecided_ = false;
    sayPhase(phase, because);
    noteWhoAccepts();
    watcher_.generationsChanged();
    if (phase == Phase::Serving || phase == Phase::Empty) {
        failure_.clear();
        candidateKey_.reset();
        if (queues_) queuesEnd_ = loop_.after(AfterCommit, [this] { queues_.reset(); });
        removeOldReleases();
        tryAgain(Again::Offer, loop_.clock().now());
        passOn();
    }
    if (phase == Phase::Stopping) exitWhenAllEnded();
    giveStored();
}

void Handover::tryAgain(Again what, Instant due)
{
    what_ = what;
    again_ = loop_.at(due, [this] {
        if (what_ == Again::Offer) return offerPending();
        machine_.pauseIsOver();
        if (!launch(*ledger_.state().current, {}, false)) post(Event::CandidateEnded);
        armDeadline();
    });
}

void Handover::ready(int number)
{
    if (!candidate_ || candidate_->number() != number) return;
    wasReady_ = true;
    const auto took = printDuration(loop_.clock().now() - started_);
    log_.info(candidateName() + " ready after " + took + " (generation " + std::to_string(number) + ", pid " +
              std::to_string(candidate_->pid()) + ")");
    if (isInHandOff()) {
        candidate_->watchHealth();
        watchQueues();
    }
    post(Event::Ready);
    passOn();
}

// Who waits in the queue waits until somebody is ready.
void Handover::noteWhoAccepts()
{
    const bool accepts = serving_ || (candidate_ && wasReady_) || !orphans_.empty();
    if (const auto gap = gap_.update(accepts, loop_.clock().now()))
        log_.info("nobody accepted for " + printDuration(*gap) + ", clients waited in the queue");
}

bool Handover::isInHandOff() const { return phase() == Phase::StartingBeside || phase() == Phase::StartingAlone; }

void Handover::unhealthy(int number, const std::string& why)
{
    if (candidate_ && candidate_->number() == number) condemn(Way::Unhealthy, why);
}

// Its end is what takes it back.
void Handover::condemn(Way way, const std::string& why)
{
    blame(way, why);
    candidate_->kill();
}

void Handover::blame(Way way, const std::string& why)
{
    failure_ = why;
    way_ = way;
}

// It may be well, so that nobody is to lose by it. Where the two must not overlap, its end is what takes it back.
void Handover::withdraw(Way way, const std::string& why)
{
    blame(way, why);
    if (settings_.handoff == Handoff::Restart)
        tellCandidateToDrain();
    else
        post(standingBy_ ? Event::WithdrawnBesideStandBy : Event::Withdrawn);
}

// Who drains may have done it as well; beside the candidate, the one that serves has had its time to show what it is.
void Handover::accuse(const std::string& why)
{
    const bool onTrial = isInHandOff() || phase() == Phase::ProbationBeside || phase() == Phase::ProbationAlone;
    if (candidate_ && onTrial && !standingBy_ && draining_.empty() && orphans_.empty())
        condemn(Way::HarmsListeners, why);
}

std::size_t Handover::running() const
{
    return (serving_ ? 1U : 0U) + (candidate_ ? 1U : 0U) + (standingBy_ ? 1U : 0U) + draining_.size() + orphans_.size();
}

// While both accept, the old one takes what the other leaves: the watch goes on where the candidate serves alone, and
// for a while after.
void Handover::watchQueues()
{
    queuesEnd_.reset();
    queues_ =
        std::make_unique<QueueWatch>(loop_, world_.listeners, [this](const std::string& why) { nobodyAccepts(why); });
}

void Handover::nobodyAccepts(const std::string& why)
{
    if (candidate_ && wasReady_) return condemn(Way::NobodyAccepts, why);
    log_.error(why + "; " + oldName() + " is committed and is left as it is: baton status, baton history");
    queues_.reset();
}

void Handover::extended(int number, Duration by)
{
    if (!candidate_ || candidate_->number() != number) return;
    machine_.extendTo(loop_.clock().now() + by);
    armDeadline();
}

void Handover::resumed(int number)
{
    if (standingBy_ && standingBy_->number() == number) post(Event::Resumed);
}

// To the newest: what others have stored, and what was left by those that are gone.
void Handover::giveStored()
{
    constexpr Duration Soon{50};
    giveAgain_.reset();
    auto* const heir = candidate_ ? candidate_.get() : serving_ ? serving_.get() : nullptr;
    if (heir != nullptr && !heir->giveStored(living())) giveAgain_ = loop_.after(Soon, [this] { giveStored(); });
}

// The next Baton finds it by what is written down.
void Handover::moved(int number)
{
    const auto* generation = find(number);
    if (generation == nullptr) return;
    ledger_.note("the main process of " + generation->key().version, [&](store::State& state) {
        for (auto& record : state.generations)
            if (record.number == number) record = generation->record(record.role);
    });
}

} // namespace baton::supervise
