// How a process that runs a release is brought to its end: asked first, and killed when its time is over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/loop/EventLoop.h"

#include <functional>
#include <optional>

namespace baton::supervise {

/// One ending at a time: a signal at once, and after `patience` the second call.
class Ending {
public:
    explicit Ending(loop::EventLoop& loop) : loop_(loop) {}

    void begin(const std::function<void()>& ask, Duration patience, std::function<void()> kill)
    {
        begun_ = true;
        kill_ = std::move(kill);
        ask();
        arm(loop_.clock().now() + patience);
    }

    /// Goes on with one that was begun by an earlier supervisor.
    void resume(Instant due, std::function<void()> kill)
    {
        begun_ = true;
        kill_ = std::move(kill);
        arm(due);
    }

    /// When the second call comes, or came; nothing if none was begun.
    std::optional<Instant> due() const { return begun_ ? std::optional(due_) : std::nullopt; }

    /// The second call comes no sooner than `by` from now.  [sd_notify(3), EXTEND_TIMEOUT_USEC]
    void extend(Duration by)
    {
        if (begun_ && loop_.clock().now() + by > due_) arm(loop_.clock().now() + by);
    }

    bool begun() const { return begun_; }

private:
    void arm(Instant due)
    {
        due_ = due;
        timer_ = loop_.at(due, kill_);
    }

    loop::EventLoop& loop_;
    std::function<void()> kill_;
    loop::Registration timer_;
    Instant due_;
    bool begun_ = false;
};

} // namespace baton::supervise
