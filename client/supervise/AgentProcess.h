// Keeps the agent alive, rings its bell, and listens to its news.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Words.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Process.h"
#include "client/supervise/Settings.h"

#include <functional>
#include <optional>

namespace baton::supervise {

/// The agent faces the network and may die: it is started again after 1, 2, 4 … 60 seconds. It gets one end of a
/// SOCK_SEQPACKET pair as BATON_CHANNEL=4 and ends when that closes; and one of another as BATON_FILES=5, by which it
/// has the files opened that its options name: it may not open them itself.
class AgentProcess {
public:
    using News = std::function<void(const control::AgentNews&)>;

    AgentProcess(loop::EventLoop& loop, Log& log, const Settings& settings, News news);
    ~AgentProcess();
    AgentProcess(const AgentProcess&) = delete;
    AgentProcess& operator=(const AgentProcess&) = delete;

    /// A bell that cannot be delivered is lost: the agent reads the store when it starts.
    void ring(control::AgentBell bell);

    /// Somebody wants a check now: one that waits for its next start is started at once.
    void check();

    bool isWanted() const { return !settings_.agent.arguments.empty(); }

private:
    static constexpr Duration ShortestPause{1'000};
    static constexpr Duration LongestPause{60'000};
    static constexpr int MostMessages = 64;

    void start();
    void startLater();
    void hear();
    void lend();
    void ended();

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    News news_;
    std::optional<os::Child> child_;
    os::UniqueFd channel_;
    os::UniqueFd files_;
    Instant started_;
    Duration pause_ = ShortestPause;
    loop::Registration channelWatch_;
    loop::Registration filesWatch_;
    loop::Registration endWatch_;
    loop::Registration again_;
};

} // namespace baton::supervise
