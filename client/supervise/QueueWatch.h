// Sees that nobody accepts: a listener's queue that grows and is never taken from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/supervise/ListenerSet.h"

#include <functional>
#include <map>
#include <string>

namespace baton::supervise {

/// What the last looks at one queue showed; pure.
class QueueTrend {
public:
    /// Takes one more look. True: it has only grown for as many looks as `MostLooks`, and something waits.
    bool growsWith(int waiting);

    static constexpr int MostLooks = 4;

private:
    int last_ = 0;
    int looks_ = 0; // in a row that found as many as the one before, or more, and something
    int first_ = 0;
};

/// Looks four times a second at the TCP listeners (the kernel tells no other queue), until it is destroyed; calls back
/// once for each listener whose queue only grows.  [TCP_INFO, tcpi_unacked of a listening socket]
class QueueWatch {
public:
    QueueWatch(loop::EventLoop& loop, const ListenerSet& listeners, std::function<void(const std::string& why)> found);

private:
    static constexpr Duration BetweenLooks{250};

    void look();

    loop::EventLoop& loop_;
    const ListenerSet& listeners_;
    std::function<void(const std::string&)> found_;
    std::map<int, QueueTrend> trends_; // by descriptor: of a group each has a queue of its own
    loop::Registration next_;
};

} // namespace baton::supervise
