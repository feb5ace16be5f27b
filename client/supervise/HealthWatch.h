// Asks a generation on probation how it is, again and again, by a process of its own for each question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/supervise/Job.h"
#include "client/supervise/Question.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace baton::supervise {

/// A question is asked each `interval`; no answer within that time is a failure like a wrong one. After so many
/// failures in a row it calls back once, and asks no more.
class HealthWatch {
public:
    /// `failures`: in a row, that an earlier supervisor has seen.
    HealthWatch(loop::EventLoop& loop, Log& log, const Settings& settings, Patient patient,
                std::function<void(const std::string& why)> failed, int failures = 0);

    int failures() const { return failures_; }

private:
    void ask();
    void askLater(Duration in);
    void judge(const JobResult& result);
    os::SpawnOptions question() const;

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    Patient patient_;
    std::function<void(const std::string&)> failed_;
    std::unique_ptr<Job> job_;
    loop::Registration next_;
    Instant asked_;
    int failures_ = 0; // in a row
};

} // namespace baton::supervise
