// Sees that nobody accepts: a listener's queue that grows, or is full, and is never taken from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/supervise/ListenerSet.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace baton::supervise {

struct QueueLook {
    int waiting = 0;
    std::optional<std::set<std::string>> full; ///< at its limit: who waits; nothing where it is not, or nobody can tell
};

/// What the last looks at one queue showed; pure.
class QueueTrend {
public:
    /// Takes one more look. True: for more than `MostLooks` it has only grown; or it has been full for more than
    /// `MostFullLooks`, and nobody has come into it. A server that is overloaded and accepts makes room for others.
    bool showsNobody(const QueueLook& look);

    static constexpr int MostLooks = 4;
    static constexpr int MostFullLooks = 8; // One that works at a request for long takes nobody meanwhile, either.

private:
    bool growsWith(int waiting);
    bool staysFullWith(const std::set<std::string>& clients);

    int last_ = 0;
    int looks_ = 0; // in a row that found as many as the one before, or more, and something
    int first_ = 0;
    int fullLooks_ = 0;             // in a row that found it full of the same
    std::set<std::string> clients_; // who was there at the first of them
};

/// Looks four times a second at the TCP listeners (the kernel tells no other queue), until it is destroyed; calls back
/// once it finds one that nobody takes from.  [TCP_INFO, tcpi_unacked and tcpi_sacked of a listening socket]
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
