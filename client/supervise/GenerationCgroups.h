// A control group for each generation, where Baton was given a part of the tree to divide.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

namespace baton::supervise {

/// Beneath our own cgroup, if that was delegated: `supervisor` for Baton and its other processes, since one that is
/// divided must hold no process itself, and `generation-PID` for each
/// generation, by its first process. Without delegation nothing here does
/// anything, but that kills for want of memory are counted as well as they can be.
class GenerationCgroups {
public:
    GenerationCgroups(loop::EventLoop& loop, Log& log);

    bool isDivided() const { return root_.has_value(); }

    /// Puts a process that was started and does nothing yet into a cgroup, with all that it will start.
    void place(pid_t first);

    /// Kills all that is in it, whatever its parents, groups and sessions are.
    void kill(pid_t first) const;

    /// Once its generation has ended: kills what is left in it, and removes it as soon as that is gone.
    void remove(pid_t first);

    /// Those of remove() that are there still.
    std::vector<int> leaving() const { return {leaving_.begin(), leaving_.end()}; }

    /// How many processes of that generation were killed for want of memory; where it has no count of its own, of all
    /// that runs beside Baton. Nothing where nobody counts.
    std::optional<std::uint64_t> oomKills(pid_t first) const;

private:
    static constexpr Duration ShortestPause{50};
    static constexpr Duration LongestPause{60'000};

    void divide(const std::filesystem::path& own);
    std::filesystem::path directoryOf(pid_t first) const;
    void sweep();

    loop::EventLoop& loop_;
    Log& log_;
    std::optional<std::filesystem::path> root_;
    std::set<pid_t> leaving_; // Ended, and their cgroups are not empty yet.
    loop::Registration again_;
    Duration pause_ = ShortestPause;
    std::optional<std::filesystem::path> counted_; // where the kernel counts for all of us
};

} // namespace baton::supervise
