// A short-lived process whose exit, and at most one line of output, is the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/Process.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace baton::supervise {

struct JobResult {
    std::optional<os::ExitStatus> status; ///< nothing: it was killed because its time was over
    std::string output;                   ///< the beginning of what it wrote to stdout
};

/// Runs in a process group of its own, which ends with it: nothing that it started is left.
class Job {
public:
    using Done = std::function<void(const JobResult&)>;

    /// Calls back once, from the loop; the Job may be destroyed in that call.  @throws std::system_error when it cannot
    /// be started.
    Job(loop::EventLoop& loop, os::SpawnOptions options, Duration limit, std::size_t longestOutput, Done done);
    ~Job(); ///< kills what still runs, without a call
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;

private:
    static os::Child start(os::SpawnOptions& options, os::UniqueFd& output);
    void readOutput();
    void finish(bool inTime);

    std::size_t longestOutput_;
    Done done_;
    os::UniqueFd output_;
    std::string text_;
    os::Child child_;
    bool running_ = true;
    loop::Registration outputWatch_;
    loop::Registration endWatch_;
    loop::Registration limit_;
};

} // namespace baton::supervise
