// Generations that an earlier supervisor left running when it was killed: found, relieved of their sockets, ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/store/State.h"
#include "client/supervise/EndedCgroups.h"
#include "client/supervise/Ending.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"

#include <functional>
#include <list>

namespace baton::supervise {

/// They are not our children, so their exit codes are not ours to know; a pidfd tells when they are gone.
class Orphans {
public:
    enum class Known { No, Yes };

    /// Those of `records` that still live, known by pid, start time and boot id; what is left of the others in their
    /// cgroups is ended at once. `known`: an earlier supervisor has said so already.
    Orphans(loop::EventLoop& loop, Log& log, const std::vector<store::GenerationRecord>& records,
            std::function<void(int)> gone, Known known = Known::No);

    std::vector<OrphanState> save() const;
    /// Goes on with their end.
    void restore(const std::vector<OrphanState>& states);

    bool empty() const { return orphans_.empty(); }
    std::size_t size() const { return orphans_.size(); }
    bool has(int number) const;

    /// Duplicates the listening sockets that they hold for these addresses, so that no connection is refused while the
    /// next generation starts.  [pidfd_getfd(2)]
    void borrowListeners(const std::vector<os::ListenAddress>& addresses, ListenerSet& listeners) const;

    /// The drain signal to each, and SIGKILL to its group when the time is over; to all in its cgroup in any case, once
    /// it has ended.
    void end(int signal, Duration patience);

private:
    struct Orphan {
        store::GenerationRecord record;
        os::UniqueFd pidfd;
        loop::Registration watch;
        Ending ending;
    };

    void endRest(const store::GenerationRecord& record);
    static void kill(const Orphan& orphan);
    void remove(std::list<Orphan>::iterator orphan);

    loop::EventLoop& loop_;
    Log& log_;
    std::function<void(int)> gone_;
    std::list<Orphan> orphans_;
    EndedCgroups ended_;
};

} // namespace baton::supervise
