// One run of one release: its process, its readiness, its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Status.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Process.h"
#include "client/store/Store.h"
#include "client/supervise/Account.h"
#include "client/supervise/Adopted.h"
#include "client/supervise/DescriptorStore.h"
#include "client/supervise/Ending.h"
#include "client/supervise/GenerationCgroups.h"
#include "client/supervise/HealthWatch.h"
#include "client/supervise/HeldSignals.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/MainProcess.h"
#include "client/supervise/NotifySocket.h"
#include "client/supervise/Prober.h"
#include "client/supervise/ProgramChannel.h"
#include "client/supervise/ProgramWatchdog.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace baton::supervise {

/// What a generation tells its supervisor, from the loop.
struct GenerationWatcher {
    virtual ~GenerationWatcher() = default;

    virtual void ready(int number) = 0;
    virtual void extended(int number, Duration by) = 0;
    /// It is alive and not well: it failed its health questions.
    virtual void unhealthy(int number, const std::string& why) = 0;
    /// It accepts again, as it was told to.
    virtual void resumed(int number) = 0;
    /// Another process of it is the main one from now on.
    virtual void moved(int number) = 0;
    /// Its process is reaped and its group is gone; the generation may be destroyed in this call.
    virtual void ended(int number, const os::ExitStatus& status) = 0;
};

/// What all generations share; outlives them.
struct GenerationWorld {
    loop::EventLoop& loop;
    Log& log;
    const Settings& settings;
    const store::Store& store;
    const ListenerSet& listeners;
    DescriptorStore& stored;
    GenerationCgroups& cgroups;
    GenerationWatcher& watcher;
};

class Generation {
public:
    /// Forks and holds the process before its exec. It is given what the store has and none of the `living` uses.
    /// @throws std::system_error, std::runtime_error saying why not.
    Generation(const GenerationWorld& world, const store::Release& release, int number, int terminal,
               const std::set<int>& living);
    /// Goes on with one that an earlier supervisor started. `listeners` are all of the program.
    /// @throws std::runtime_error, std::system_error if what `state` names is not there.
    Generation(const GenerationWorld& world, const GenerationState& state,
               const std::vector<SharedListener>& listeners);
    ~Generation(); ///< kills and reaps what still runs, but where Baton itself ends by an exception
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    /// Lets it run and begins to ask for readiness.  @returns 0, or the errno of its failed exec: then ended() follows.
    int go();

    /// For state.json: written between the constructor and go().
    store::GenerationRecord record(store::GenerationRole role) const;

    /// `listeners` as above.
    GenerationState save(const std::vector<SharedListener>& listeners) const;

    const ListenerSet& listeners() const { return listeners_; }
    const store::ReleaseKey& key() const { return release_.key; }
    int number() const { return number_; }
    pid_t pid() const { return child_.pid(); }
    pid_t startedAs() const { return child_.first(); } ///< of the process that may have named another as the main one
    bool awaits(pid_t pid) const { return child_.awaits(pid); }
    const std::string& executable() const { return executable_; }

    /// As --signal-to says, or to the whole group.
    void signal(const Passed& passed) const;

    /// Asks for its health from now on, until leaveAlone(). `failures`: in a row, that have been seen.
    void watchHealth(int failures = 0);
    void leaveAlone() { health_.reset(); }

    /// How long it has run.
    Duration age() const;
    control::RunningRelease status() const;
    /// "ended with exit code 3", and what led to it.
    std::string describeEnd(const os::ExitStatus& status) const { return account_.describeEnd(status); }

    /// Whether it can drain and stay, to take up accepting again.
    bool canStandBy() const { return channel_.obeys(); }
    /// Tells it to. False: it does not hear us any more.
    bool standBy();
    bool resume();
    /// Gives it what the store has for it and none of the `living` uses, if it takes that; false: not all went, for
    /// now.
    bool giveStored(const std::set<int>& living);
    /// Ends the one that stood by: it gets what is left of `patience` since it was told to drain, or
    /// what it asked for meanwhile if that is more.
    void endStandBy(int number, Duration patience);

    /// Asks it to end by `number`; all that is left of its group is killed after `patience`.
    void end(int number, Duration patience);
    void kill();
    bool wasKilled() const { return killed_; }
    /// Whether it was told to end, or said that it does.
    bool isEnding() const { return ending_.begun(); }

private:
    void restore(const GenerationState& state);
    std::filesystem::path notifyPath() const;
    std::unique_ptr<NotifySocket> openNotifySocket(os::UniqueFd socket);
    os::Child hold(int terminal, const std::set<int>& living);
    Whose whose() const { return {world_.settings.name, number_}; }
    std::filesystem::path probeSocket() const;
    std::vector<std::string> environment(const std::filesystem::path& directory, std::size_t count,
                                         const std::vector<std::string>& names) const;
    void askForReadiness();
    void heard(const Notification& notification, NotifySocket::Descriptors descriptors);
    void extend(Duration by);
    void follow(pid_t pid);
    void stopsByItself();
    void saysResumed();
    void cut();
    void heardOfWatchdog(const Notification& notification);
    void failWatchdog(std::optional<Duration> interval);
    void becameReady();
    void ended();
    void lookForKillByMemory(const os::ExitStatus& status);

    const GenerationWorld& world_;
    store::Release release_;
    int number_;
    const ListenerSet listeners_; // What it was started with stays open while it runs.
    std::string executable_;
    std::unique_ptr<NotifySocket> notifySocket_;
    ProgramChannel channel_; // Before the child, which inherits its other end.
    MainProcess child_;
    Instant started_;
    Instant drainedSince_;
    std::optional<Instant> drainsUntil_; // It asked for so much while it stood by.
    std::optional<std::uint64_t> oomKillsBefore_;
    bool running_ = true; // It is not reaped.
    bool killed_ = false;
    bool owesTerm_ = false; // It was told to drain, and not by SIGTERM: that comes before SIGKILL.
    bool saidReady_ = false;
    bool ready_ = false;
    bool standsBy_ = false;
    loop::Registration delay_;
    std::unique_ptr<Prober> prober_;
    std::unique_ptr<HealthWatch> health_;
    Account account_;
    ProgramWatchdog watchdog_;
    Ending ending_;
};

} // namespace baton::supervise
