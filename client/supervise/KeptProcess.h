// A process of Baton's own that may die at any time, and is started again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Duration.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Process.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace baton::supervise {

/// After 1, 2, 4 … 60 seconds; from 1 again once it has lived that long. It ends with its owner.
class KeptProcess {
public:
    using Start = std::function<os::Child()>;

    /// `name` is for the log. `start` may throw; `ended` puts away what it had made.
    KeptProcess(
        loop::EventLoop& loop, Log& log, std::string name, Start start, std::function<void()> ended = [] {})
        : loop_(loop),
          log_(log),
          name_(std::move(name)),
          start_(std::move(start)),
          ended_(std::move(ended))
    {
    }
    ~KeptProcess() { end(); }
    KeptProcess(const KeptProcess&) = delete;
    KeptProcess& operator=(const KeptProcess&) = delete;

    /// Now, also where it waits for its next start; nothing where it runs.
    void start()
    {
        if (child_) return;
        again_.reset();
        try {
            child_ = start_();
            started_ = loop_.clock().now();
            endWatch_ = loop_.whenReadable(
                child_->pidfd(), [this] { look(); }, loop::Priority::Death);
        } catch (const std::exception& e) {
            end();
            log_.error("could not start " + name_ + ": " + e.what());
            startLater();
        }
    }

private:
    static constexpr Duration ShortestPause{1'000};
    static constexpr Duration LongestPause{60'000};

    void startLater()
    {
        again_ = loop_.after(pause_, [this] { start(); });
        pause_ = std::min(pause_ * 2, LongestPause);
    }

    void look()
    {
        const auto status = child_->ended();
        if (!status) return;
        end();
        ended_();
        if (loop_.clock().now() - started_ > LongestPause) pause_ = ShortestPause;
        log_.warning(name_ + " ended with " + os::describe(*status) + "; it starts again in " + printDuration(pause_));
        startLater();
    }

    void end()
    {
        endWatch_.reset();
        if (!child_) return;
        child_->signalGroup(SIGKILL); // Whatever it was at, the next one goes on from the disk.
        child_->reap();
        child_.reset();
    }

    loop::EventLoop& loop_;
    Log& log_;
    std::string name_;
    Start start_;
    std::function<void()> ended_;
    std::optional<os::Child> child_;
    Instant started_;
    Duration pause_ = ShortestPause;
    loop::Registration endWatch_;
    loop::Registration again_;
};

} // namespace baton::supervise
