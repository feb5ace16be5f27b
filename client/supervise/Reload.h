// `baton reload`, the half that acts: listeners come and go for the next generation, and nothing else is touched.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/ListenAddress.h"
#include "client/supervise/Job.h"
#include "client/supervise/ListenerChange.h"
#include "client/supervise/ListenerGuard.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace baton::supervise {

/// One line of JSON.
std::string print(const ReloadReport& report);

/// What it changes.
struct ReloadedListeners {
    ListenerSet& set;
    ListenerGuard& guard;
    std::vector<os::ListenAddress>& wanted; ///< what is asked for at the next start of the program
    /// Those of the set, and those that a living generation alone has.
    std::function<std::vector<SharedListener>()> held;
};

/// Reads the file by a process of its own, since the supervisor has no parser.
class Reload {
public:
    Reload(loop::EventLoop& loop, Log& log, const Settings& settings, ReloadedListeners listeners);

    /// The answer to `reload`: it has begun, or why not.
    std::string begin();

    /// Whatever is under way comes to nothing.
    void cancel() { job_.reset(); }

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
    ReloadedListeners listeners_;
    std::unique_ptr<Job> job_;
    ReloadReport last_;
};

} // namespace baton::supervise
