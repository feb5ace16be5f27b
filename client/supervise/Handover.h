// Does what the state table asks for, to real processes: starts, drains, takes back, commits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/supervise/Generation.h"
#include "client/supervise/Ledger.h"
#include "client/supervise/Machine.h"
#include "client/supervise/Orphans.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/Terminal.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// Who hears of what the hand-over decided.
struct HandoverWatcher {
    virtual ~HandoverWatcher() = default;

    /// The ledger has something new for the agent.
    virtual void ledgerChanged() = 0;
    /// Nothing runs any more and nothing is to: Baton ends with this code.
    virtual void finished(int exitCode) = 0;
};

/// Holds the generations and walks the machine. All is called from the loop.
class Handover : private Actions, private GenerationWatcher {
public:
    Handover(loop::EventLoop& loop, Log& log, const Settings& settings, const store::Store& store,
             const ListenerSet& listeners, Ledger& ledger, Orphans& orphans, HandoverWatcher& watcher);

    /// Starts the current release, or waits for the first one.
    void start();

    /// Hands over to what stands in releases/ and is the ledger's install: now, or as soon as what is under way is
    /// over.
    void offer(const store::ReleaseKey& key);

    /// Passes the signal on and ends everything.
    void stop(int signal);

    /// To the generation that serves alone; never to a candidate beside it.
    void forward(int signal);

    /// The generation was stopped from the keyboard, perhaps.
    void followTerminal();

    Phase phase() const { return machine_.phase(); }

    /// The part of the status that is ours.
    control::Status status() const;

private:
    static constexpr int MostTries = 3;         // of a hand-off that Baton's own death cut short
    static constexpr int MostPreviousTries = 5; // of the previous release, before we end so that others can act
    static constexpr Duration FirstPause{200};  // before the second of them; then twice as long each time
    static constexpr Duration BeforeNewOffer{30'000};

    // Actions
    bool perform(Effect effect) override;
    void entered(Phase phase, Event because) override;

    // GenerationWatcher
    void ready(int number) override;
    void extended(int number, Duration by) override;
    void ended(int number, const os::ExitStatus& status) override;

    bool startCandidate();
    bool startAlone();
    bool launch(const store::ReleaseKey& key, const Ledger::Change& change, bool mustRecord);
    bool refuseOffer(const std::string& why);
    void startPrevious();
    void retryPrevious();
    bool blockCandidate();
    void endCandidate();
    bool takeOver();
    bool drainOld();
    bool commit();
    void stopAll();
    void exitWhenAllEnded();

    void post(Event event);
    void armDeadline();
    void offerPending();
    void removeOldReleases();
    void forget(int number, const std::string& name);
    Generation* leader() const;
    std::string candidateName() const;
    std::string oldName() const;
    void sayPhase(Phase phase, Event because) const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    const store::Store& store_;
    Ledger& ledger_;
    Orphans& orphans_;
    HandoverWatcher& watcher_;
    Terminal terminal_;
    ServiceManager manager_;
    GenerationWorld world_;

    std::unique_ptr<Generation> serving_;
    std::unique_ptr<Generation> candidate_;
    std::vector<std::unique_ptr<Generation>> draining_;
    std::optional<store::ReleaseKey> candidateKey_; // Outlives its process: the reason is written after its end.
    std::optional<store::ReleaseKey> pending_;
    std::string failure_;      // why the candidate is taken back
    bool faultIsOurs_ = false; // … and the release is not to blame
    bool wasReady_ = false;
    Instant started_;
    int switchingNumber_ = 0;
    int previousTries_ = 0;
    int stopSignal_ = 0;
    int exitCode_ = 0;
    int leaderNumber_ = 0; // whose exit code is Baton's when everything ends
    Machine machine_;
    loop::Registration deadline_;
    loop::Registration again_;
};

} // namespace baton::supervise
