// Keeps the agent alive, rings its bell, and listens to its news.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/control/Words.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/KeptProcess.h"
#include "client/supervise/Settings.h"

#include <functional>

namespace baton::supervise {

/// The agent faces the network and may die: it is kept. It gets one end of a SOCK_SEQPACKET pair as BATON_CHANNEL=4 and
/// ends when that closes; and one of another as BATON_FILES=5, by which it has the files opened that its options name:
/// it may not open them itself.
class AgentProcess {
public:
    using News = std::function<void(const control::AgentNews&)>;

    AgentProcess(loop::EventLoop& loop, Log& log, const Settings& settings, News news);

    /// A bell that cannot be delivered is lost: the agent reads the store when it starts.
    void ring(control::AgentBell bell);

    /// Somebody wants a check now: one that waits for its next start is started at once.
    void check();

    bool isWanted() const { return !settings_.agent.arguments.empty(); }

private:
    static constexpr int MostMessages = 64;

    os::Child start();
    void hear();
    void lend();
    void close();

    loop::EventLoop& loop_;
    Log& log_;
    const Settings& settings_;
    News news_;
    os::UniqueFd channel_;
    os::UniqueFd files_;
    loop::Registration channelWatch_;
    loop::Registration filesWatch_;
    KeptProcess process_;
};

} // namespace baton::supervise
