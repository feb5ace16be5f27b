// One run of one release: its process, its readiness, its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Process.h"
#include "client/store/Store.h"
#include "client/supervise/Ending.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/NotifySocket.h"
#include "client/supervise/Prober.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace baton::supervise {

/// What a generation tells its supervisor, from the loop.
struct GenerationWatcher {
    virtual ~GenerationWatcher() = default;

    virtual void ready(int number) = 0;
    virtual void extended(int number, Duration by) = 0;
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
    GenerationWatcher& watcher;
};

class Generation {
public:
    /// Forks and holds the process before its exec.  @throws std::system_error, std::runtime_error saying why not.
    Generation(const GenerationWorld& world, const store::Release& release, int number, int terminal);
    ~Generation(); ///< kills and reaps what still runs
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    /// Lets it run and begins to ask for readiness.  @returns 0, or the errno of its failed exec: then ended() follows.
    int go();

    /// For state.json: written between the constructor and go().
    store::GenerationRecord record(store::GenerationRole role) const;

    const store::ReleaseKey& key() const { return release_.key; }
    int number() const { return number_; }
    pid_t pid() const { return child_.pid(); }
    const std::string& executable() const { return executable_; }

    void signal(int number) { child_.signal(number); }
    void signalGroup(int number) { child_.signalGroup(number); }

    /// Asks it to end by `number`; all that is left of its group is killed after `patience`.
    void end(int number, Duration patience);
    void kill();

private:
    os::Child hold(int terminal);
    std::vector<std::string> environment(const std::filesystem::path& directory) const;
    void askForReadiness();
    void heard(const Notification& notification);
    void becameReady();
    void checkEnd();

    const GenerationWorld& world_;
    store::Release release_;
    int number_;
    std::string executable_;
    std::unique_ptr<NotifySocket> notifySocket_;
    os::Child child_;
    bool running_ = true;
    bool ready_ = false;
    loop::Registration endWatch_;
    loop::Registration delay_;
    std::unique_ptr<Prober> prober_;
    Ending ending_;
};

} // namespace baton::supervise
