// `baton reload`, the half that acts: listeners come and go for the next generation, and nothing else is touched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/ListenAddress.h"
#include "client/supervise/Job.h"
#include "client/supervise/ListenerGuard.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Settings.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::supervise {

/// What became of a reload; a sentence each.
struct ReloadReport {
    std::string error; ///< the file could not be taken at all, and nothing was changed
    std::vector<std::string> changed;
    std::vector<std::string> refused;
};

/// One line of JSON.
std::string print(const ReloadReport& report);

/// Makes `listeners` what `wanted` says: for the next generation, but backlog and ownership at once. Those of systemd
/// stay. A group keeps its number of sockets; what cannot be bound is refused, and the rest goes on.
ReloadReport applyListeners(const std::vector<os::ListenAddress>& wanted, ListenerSet& listeners, ListenerGuard& guard);

/// Reads the file by a process of its own, since the supervisor has no parser.
class Reload {
public:
    Reload(loop::EventLoop& loop, Log& log, const Settings& settings, ListenerSet& listeners, ListenerGuard& guard);

    /// The answer to `reload`: it has begun, or why not.
    std::string begin();

    bool isBusy() const { return job_ != nullptr; }
    const ReloadReport& last() const { return last_; }
    /// Goes on where an earlier supervisor was: what it had under way is begun anew.
    void restore(ReloadReport last, bool wasBusy);

    /// The answer to `reloaded`: what became of the last one, or that it goes on.
    std::string result() const;

private:
    static constexpr Duration Longest{20'000};
    static constexpr std::size_t LongestOutput = 256 * 1024;

    void take(const JobResult& result);
    ReloadReport judge(const JobResult& result);

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    ListenerSet& listeners_;
    ListenerGuard& guard_;
    std::unique_ptr<Job> job_;
    ReloadReport last_;
};

} // namespace baton::supervise
