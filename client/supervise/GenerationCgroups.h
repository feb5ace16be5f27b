// A control group for each generation, where Baton was given a part of the tree to divide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Cgroup.h"
#include "client/supervise/EndedCgroups.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <vector>

namespace baton::supervise {

/// Beneath our own cgroup, if that was delegated: `supervisor` for Baton and its other processes, since one that is
/// divided must hold no process itself, and `generation-PID` for each
/// generation, by its first process. Without delegation nothing here does
/// anything, but that kills for want of memory are counted as well as they can be.
class GenerationCgroups {
public:
    GenerationCgroups(loop::EventLoop& loop, Log& log);

    /// Puts a process that was started and does nothing yet into a cgroup, with all that it will start. Never into one
    /// that is there already: an earlier generation may live in it whose first process had the same pid.
    void place(pid_t first);

    /// Where place() put it, to be written down: by that the next Baton finds what is left if this one is killed.
    std::optional<os::KnownCgroup> of(pid_t first) const;
    /// What an earlier supervisor has written down of one that goes on.
    void restore(pid_t first, const os::KnownCgroup& cgroup) { placed_.insert_or_assign(first, cgroup); }

    /// Kills all that is in it, whatever its parents, groups and sessions are.
    void kill(pid_t first) const;

    /// Once its generation has ended: kills what is left in it, and removes it as soon as that is gone.
    void remove(pid_t first);

    /// Those of remove() that are there still, and going on with those of an earlier supervisor.
    std::vector<int> leaving() const;
    void restoreLeaving(const std::vector<int>& firsts);

    /// How many processes of that generation were killed for want of memory; where it has no count of its own, of all
    /// that runs beside Baton. Nothing where nobody counts.
    std::optional<std::uint64_t> oomKills(pid_t first) const;

private:
    void divide(const std::filesystem::path& own);
    std::filesystem::path directoryOf(pid_t first) const;

    Log& log_;
    std::optional<std::filesystem::path> root_;
    std::map<pid_t, os::KnownCgroup> placed_;
    EndedCgroups ended_;
    std::optional<std::filesystem::path> counted_; // where the kernel counts for all of us
};

} // namespace baton::supervise
