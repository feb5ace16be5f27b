// How a process that runs a release is brought to its end: asked first, and killed when its time is over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/loop/EventLoop.h"

#include <functional>

namespace baton::supervise {

/// One ending at a time: a signal at once, and after `patience` the second call.
class Ending {
public:
    explicit Ending(loop::EventLoop& loop) : loop_(loop) {}

    void begin(const std::function<void()>& ask, Duration patience, std::function<void()> kill)
    {
        begun_ = true;
        ask();
        timer_ = loop_.after(patience, std::move(kill));
    }
    bool begun() const { return begun_; }

private:
    loop::EventLoop& loop_;
    loop::Registration timer_;
    bool begun_ = false;
};

} // namespace baton::supervise
