// Does what the state table asks for, to real processes: starts, drains, takes back, commits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/supervise/AcceptGap.h"
#include "client/supervise/Generation.h"
#include "client/supervise/Ledger.h"
#include "client/supervise/Machine.h"
#include "client/supervise/Orphans.h"
#include "client/supervise/QueueWatch.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/Snapshot.h"
#include "client/supervise/Terminal.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace baton::supervise {

/// Who hears of what the hand-over decided.
struct HandoverWatcher {
    virtual ~HandoverWatcher() = default;

    /// The ledger has something new for the agent.
    virtual void ledgerChanged() = 0;
    /// A generation is about to be started: its listeners are put in order.
    virtual void beforeStart() = 0;
    /// A phase was entered, or a generation has ended: what is shared is looked after.
    virtual void generationsChanged() = 0;
    /// A half of the probation is over. False: the hand-off stays where it is until Handover::goOn().
    virtual bool mayGoOn(Half half) = 0;
    /// A release that was to take over was taken back, and why.
    virtual void takenBack(const store::ReleaseKey& key, const std::string& why) = 0;
    /// Nothing runs any more and nothing is to: Baton ends with this code.
    virtual void finished(int exitCode) = 0;
};

/// Holds the generations and walks the machine. All is called from the loop.
class Handover : private Actions, private GenerationWatcher {
public:
    Handover(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store,
             const ListenerSet& listeners, Ledger& ledger, Orphans& orphans, ServiceManager& manager,
             HandoverWatcher& watcher);

    /// Starts the current release, or waits for the first one.
    void start();

    /// Goes on where an earlier supervisor was. `listeners` are all of the program.
    /// @throws std::runtime_error, std::system_error if what `state` names is not there.
    void restore(const HandoverState& state, const std::vector<SharedListener>& listeners);
    HandoverState save(const std::vector<SharedListener>& listeners) const;

    /// Puts in those that some generation has, and that are not among `listeners` yet.
    void collectListeners(std::vector<SharedListener>& listeners) const;

    /// Hands over to what stands in releases/ and is the ledger's install: now, or as soon as what is under way is
    /// over.
    void offer(const store::ReleaseKey& key);

    /// The half of the probation that is over is over for all; for good: the commit is decided, whatever the disk says.
    void goOn(bool forGood);

    /// Takes back what is on its way in, or `key`, which was to be, for the fault of `member`: it is not blocked, and
    /// waits until that one has another release.
    void setBack(const store::ReleaseKey& key, const std::string& member, const std::string& why);

    /// Before start(): `key` was committed by a Baton that could not write it down any more.
    void commitDecided(const store::ReleaseKey& key);

    /// Hands over from the current release to itself, as soon as nothing else is under way. There must be one.
    void restart();

    /// The same, since nobody reaches a listener until another generation starts. Does nothing in the midst of a
    /// hand-off, nor where one is about to begin: that one may do it. Once a minute at most, so that a release that
    /// always spoils its socket does not run in circles.
    void renew();

    /// Takes back what is on its way in; else hands over to the release before, and blocks what runs now.
    /// @returns why it cannot be done; empty: it is under way.
    std::string rollBack();

    /// Passes the signal on and ends everything.
    void stop(const Passed& passed);

    /// To the generation that serves alone; never to a candidate beside it, nor to one that is not ready yet: then it
    /// waits for that.
    void forward(const Passed& passed);

    /// Whether a process of this generation lives that we started or that took its place.
    bool lives(int number) const;

    bool isGeneration(pid_t pid) const;
    /// Whether a generation has to look first at how that process ended.
    bool awaits(pid_t pid) const;

    /// The generation was stopped from the keyboard, perhaps.
    void followTerminal();
    /// Somebody wants the program stopped, and us with it, or continued.
    void suspend();
    void resume();

    /// Something was done to what all share. If only the candidate can have done it, it is taken back for it.
    void accuse(const std::string& why);

    /// How many generations have the listeners: those that drain, too.
    std::size_t running() const;

    Phase phase() const { return machine_.phase(); }

    /// The part of the status that is ours.
    control::Status status() const;

private:
    static constexpr int MostTries = 3;         // of a hand-off that Baton's own death cut short
    static constexpr int MostPreviousTries = 5; // of the previous release, before we end so that others can act
    static constexpr Duration FirstPause{200};  // before the second of them; then twice as long each time
    static constexpr Duration BeforeNewOffer{30'000};
    static constexpr Duration BetweenRenewals{60'000};
    static constexpr Duration AfterCommit{60'000}; // so long the queues are looked at still

    // Actions
    bool perform(Effect effect) override;
    void entered(Phase phase, Event because) override;

    // GenerationWatcher
    void ready(int number) override;
    void extended(int number, Duration by) override;
    void unhealthy(int number, const std::string& why) override;
    void resumed(int number) override;
    void moved(int number) override;
    void ended(int number, const os::ExitStatus& status) override;

    bool startCandidate();
    bool startAlone();
    bool launch(const store::ReleaseKey& key, const Ledger::Change& change, bool mustRecord);
    bool refuseOffer(const std::string& why);
    void startPrevious();
    void retryPrevious();
    bool blockCandidate();
    bool blockNobody(const store::ReleaseKey& key, const std::string& member, const std::string& reason);
    void withdraw(Way way, const std::string& why);
    void condemn(Way way, const std::string& why);
    void blame(Way way, const std::string& why);
    void endCandidate();
    void tellCandidateToDrain();
    void letCandidateGo();
    bool takeOver();
    bool drainOld();
    void letGo(std::unique_ptr<Generation> generation);
    void watchQueues();
    void nobodyAccepts(const std::string& why);
    void oldServes();
    void endOld();
    void takeBack();
    bool commit();
    bool recordCommit(const store::ReleaseKey& key, bool mustRecord);
    bool isHeldBack();
    void goBack(store::State& state, const store::ReleaseKey& key) const;
    void stopAll();
    void exitWhenAllEnded();

    bool isInHandOff() const;
    void noteWhoAccepts();
    void candidateEnded(const os::ExitStatus& status);
    void servingEnded(const os::ExitStatus& status);
    void standByEnded(const os::ExitStatus& status);
    void drainingEnded(int number, const os::ExitStatus& status);
    void forgetCrashesBefore(const Generation& generation);
    bool countCrash(const Generation& generation, const os::ExitStatus& status);
    void recordRole(const Generation& generation, store::GenerationRole role);

    void post(Event event);
    void passOn();
    void armDeadline();
    void tryAgain(Again what, Instant due);
    void offerPending();
    void removeOldReleases();
    bool isOurOwn(const std::filesystem::path& directory) const;
    void forget(int number, const std::string& name);
    void giveStored();
    std::set<int> living() const;
    std::vector<const Generation*> all() const;
    Generation* find(int number) const;
    Generation* leader() const;
    int leaderAtTheEnd() const;
    std::string candidateName() const;
    std::string oldName() const;
    void sayPhase(Phase phase, Event because) const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    const store::Store& store_;
    Ledger& ledger_;
    Orphans& orphans_;
    ServiceManager& manager_;
    HandoverWatcher& watcher_;
    Terminal terminal_;
    DescriptorStore stored_;
    GenerationCgroups cgroups_;
    GenerationWorld world_;

    std::unique_ptr<Generation> serving_;
    std::unique_ptr<Generation> candidate_;
    std::unique_ptr<Generation> standingBy_; // the old one, drained, while the candidate serves alone
    std::vector<std::unique_ptr<Generation>> draining_;
    std::optional<store::ReleaseKey> candidateKey_; // Outlives its process: the reason is written after its end.
    std::optional<store::ReleaseKey> pending_;
    bool pendingIsRollback_ = false;
    bool candidateIsRollback_ = false;
    std::string failure_; // why the candidate is taken back
    std::optional<Instant> renewed_;
    Way way_ = Way::Unsaid;       // the same for the server
    bool faultIsOurs_ = false;    // … and the release is not to blame
    std::string faultOf_;         // … but that member of its group
    std::optional<Phase> passed_; // The group lets us leave it.
    bool isDecided_ = false;
    bool wasReady_ = false;
    Instant started_;
    int switchingNumber_ = 0;
    int previousTries_ = 1; // starts of the current release, of which the last has failed
    Passed stop_;
    HeldSignals held_;
    int exitCode_ = 0;
    AcceptGap gap_;
    int leaderNumber_ = 0; // whose exit code is Baton's when everything ends
    Machine machine_;
    std::unique_ptr<QueueWatch> queues_; // from READY until a while after the commit
    loop::Registration queuesEnd_;
    loop::Registration deadline_;
    loop::Registration again_; // what_
    Again what_ = Again::Nothing;
    loop::Registration giveAgain_;
};

} // namespace baton::supervise
