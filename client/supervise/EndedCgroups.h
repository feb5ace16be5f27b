// Cgroups whose generations have ended: what is left in them ends, too, and they go as soon as it has.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/loop/EventLoop.h"
#include "client/os/Cgroup.h"

#include <vector>

namespace baton::supervise {

class EndedCgroups {
public:
    explicit EndedCgroups(loop::EventLoop& loop) : loop_(loop) {}

    /// Kills all that is in it, and takes it away.
    void add(const os::KnownCgroup& cgroup);

    /// Those that are there still.
    const std::vector<os::KnownCgroup>& all() const { return ended_; }

private:
    static constexpr Duration ShortestPause{50};
    static constexpr Duration LongestPause{60'000};

    void sweep();

    loop::EventLoop& loop_;
    std::vector<os::KnownCgroup> ended_;
    loop::Registration again_;
    Duration pause_ = ShortestPause;
};

} // namespace baton::supervise
