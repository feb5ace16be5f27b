// Generations that an earlier supervisor left running when it was killed: found, relieved of their sockets, ended.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/store/State.h"
#include "client/supervise/Ending.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <list>

namespace baton::supervise {

/// They are not our children, so their exit codes are not ours to know; a pidfd tells when they are gone.
class Orphans {
public:
    /// Those of `records` that still live, known by pid, start time and boot id.
    Orphans(loop::EventLoop& loop, Log& log, const std::vector<store::GenerationRecord>& records,
            std::function<void(int)> gone);

    bool empty() const { return orphans_.empty(); }
    std::size_t size() const { return orphans_.size(); }
    bool has(int number) const;

    /// Duplicates the listening sockets that they hold for these addresses, so that no connection is refused while the
    /// next generation starts.  [pidfd_getfd(2)]
    void borrowListeners(const std::vector<os::ListenAddress>& addresses, ListenerSet& listeners) const;

    /// The drain signal to each, and SIGKILL to its group when the time is over.
    void end(int signal, Duration patience);

private:
    struct Orphan {
        store::GenerationRecord record;
        os::UniqueFd pidfd;
        loop::Registration watch;
        Ending ending;
    };

    void remove(std::list<Orphan>::iterator orphan);

    loop::EventLoop& loop_;
    Log& log_;
    std::function<void(int)> gone_;
    std::list<Orphan> orphans_;
};

} // namespace baton::supervise
