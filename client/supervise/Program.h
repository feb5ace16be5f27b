// One program under this Baton: its releases, its listeners, its generations, its agent.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/store/Store.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/AgentProcess.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/GroupPlan.h"
#include "client/supervise/Handover.h"
#include "client/supervise/Ledger.h"
#include "client/supervise/ListenerGuard.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Metrics.h"
#include "client/supervise/Orphans.h"
#include "client/supervise/Preparation.h"
#include "client/supervise/ProgramLog.h"
#include "client/supervise/Reload.h"
#include "client/supervise/ServiceManager.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"
#include "client/supervise/Steering.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// What a program tells the process that it lives in, from the loop.
struct ProgramWatcher {
    virtual ~ProgramWatcher() = default;

    /// Nothing of it runs any more and nothing is to.
    /// @param exitCode the program's own, 128 + N for signal N; 69 when its first release was not ready in time
    virtual void ended(int number, int exitCode) = 0;
    /// It has nothing to listen on, and will not run; why, and what to do.
    virtual void cannotStart(int number, const CannotStart& why) = 0;

    // To its group, if it has one.
    virtual void stands(int number) = 0;
    virtual void passed(int number, Half half) = 0;
    virtual void failed(int number, const std::string& why) = 0;
    virtual void settled(int number) = 0;
    virtual void lift(int number) = 0;
    virtual std::string groupSentence(int number) const = 0;
};

/// What all programs of a process share; outlives them.
struct ProgramWorld {
    loop::EventLoop& loop;
    Log& log;
    const Clock& clock;
    ServiceManager& manager;
    ProgramWatcher& watcher;
};

class Program : private HandoverWatcher {
public:
    /// Finds what an earlier Baton left of it. `settings` outlive it.
    /// @param inherited the listeners that systemd passed for it
    /// @param wanted those that it shall have, which a reload may have made others than those of `settings`
    /// @throws std::exception for a damaged state
    Program(const ProgramWorld& world, const Settings& settings, ListenerSet inherited,
            std::vector<os::ListenAddress> wanted);

    /// Goes on with what an earlier supervisor had: resume() is its start().
    /// @throws std::runtime_error, std::system_error if what `state` names is not there.
    Program(const ProgramWorld& world, const Settings& settings, const ProgramState& state);

    ProgramState save() const;

    int number() const { return settings_.number; }
    const std::string& name() const { return settings_.name; }

    /// Opens its listeners, starts its current release and its agent, and goes on with what was under way; before that
    /// it waits for who cannot share the listeners. What cannot be had is told to the watcher.
    void start();

    /// Starts its agent, and begins anew what the earlier supervisor had others do.
    void resume(const ProgramState& state);

    /// Passes the signal on and ends everything; ProgramWatcher::ended follows.
    void stop(const Passed& passed);
    void forward(const Passed& passed) { handover_.forward(passed); }
    /// Somebody wants it stopped, and us with it, or continued.
    void suspend() { handover_.suspend(); }
    void resume() { handover_.resume(); }
    /// What serves was stopped from the keyboard, perhaps.
    void followTerminal() { handover_.followTerminal(); }

    /// The agent, too, ends with Baton.
    void endAgent() { agent_.reset(); }

    /// Of one that is over while others run: nobody is to wait in its queues, nothing is to be fetched for it. The
    /// listeners of systemd stay, which holds them too.
    void letGo();

    /// Of one that is over: what whoever runs Baton has open still, and another could not open. For who takes its
    /// place.
    ListenerSet inherited() const { return listeners_; }
    const std::vector<os::ListenAddress>& wantedListeners() const { return wanted_; }

    const std::optional<store::Hold>& hold() const { return ledger_.state().hold; }

    /// What the current release is started with; empty if there is none.
    std::filesystem::path currentExecutable() const;

    /// Whether a generation of it was started as that process, which is not reaped yet.
    bool isGeneration(pid_t pid) const { return handover_.isGeneration(pid); }

    /// Whether a generation of it has to look first at how that process ended.
    bool awaits(pid_t pid) const { return handover_.awaits(pid); }

    /// Whether a process of this generation lives: ours, or one that an earlier Baton left; or the try-out.
    bool lives(int generation) const
    {
        if (generation == TryOutNumber) return preparation_.isTryingOut();
        return handover_.lives(generation) || orphans_.has(generation);
    }

    // Of a member of a group. What it is told to do was planned by the group.
    Handoff way() const { return settings_.handoff; }
    Stand stand() const;
    /// Its release that waits for the group, or is handed over with it.
    const std::optional<store::ReleaseKey>& offered() const { return offered_; }
    bool isOnItsWay(const store::ReleaseKey& key) const;
    /// Why it stands at Failing.
    const std::string& lastCheckResult() const { return news_.lastCheckResult; }
    void askForGroup();
    void beginForGroup();
    void goOn(bool forGood);
    void setBack(const store::ReleaseKey& key, const std::string& member, const std::string& why);
    void setBack(const std::string& member, const std::string& why);
    /// If it was set back for the fault of that member, it need not wait any more.
    void lift(const std::string& member);
    /// Whether its own file has all that was decided; what that refused is written now.
    bool isWrittenDown() { return ledger_.catchUp(); }
    /// Before start(): its release was committed by a Baton that was killed.
    void commitDecided(const store::ReleaseKey& key) { handover_.commitDecided(key); }

    /// The answer to a command of the control socket: lines, the last one ended.
    std::string answer(const std::string& command);

    control::Status status() const;

    /// What the file of --metrics tells of it.
    ProgramMetrics metrics() const;

private:
    // HandoverWatcher
    void ledgerChanged() override;
    void beforeStart() override { guard_.beforeStart(handover_.running()); }
    void generationsChanged() override;
    bool mayGoOn(Half half) override;
    void takenBack(const store::ReleaseKey& key, const std::string& why) override;
    void finished(int exitCode) override;

    std::vector<SharedListener> allListeners() const;
    void startAgent();
    bool mustWaitForOrphans() const;
    void open();
    void warnOfOtherGroups();
    void warnOfShorterQueues();
    void forgetOrphan(int generation);
    void resumeInstall();
    void installed(const store::ReleaseKey& key);
    void refused(const std::string& why);
    void cameToNothing(const std::string& why);
    void settleIfBack();
    void steered();
    void heardForGroup(const control::AgentNews& news, bool hadAttempt);
    void heard(const control::AgentNews& news);
    void giveUp(const control::AgentNews& news);
    std::string handOverAgain(const std::string& command);

    ProgramWorld world_;
    const Settings& settings_;
    ProgramLog log_;
    store::Store store_;
    Ledger ledger_;
    Orphans orphans_;
    std::vector<os::ListenAddress> wanted_;
    ListenerSet listeners_;
    ListenerGuard guard_;
    Reload reload_;
    Handover handover_;
    Preparation preparation_;
    Steering steering_;
    std::unique_ptr<AgentProcess> agent_;
    control::Status news_; // the part of the status that the agent tells
    // Of a member of a group.
    std::optional<store::ReleaseKey> offered_;
    std::optional<Stand> answered_; // by what its server said last
    bool begun_ = false;            // its hand-off, with the group's
    bool goesBack_ = false;
    bool isSetBack_ = false; // for another's fault

    bool waits_ = false;            // for orphans, before anything of it starts
    std::optional<int> exitCode_{}; // It is over.
};

} // namespace baton::supervise
