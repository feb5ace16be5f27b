// Where the metrics are asked for by HTTP: the supervisor holds the address, and a process of its own answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/KeptProcess.h"
#include "client/supervise/Settings.h"

namespace baton::supervise {

/// The exporter reads what strangers write and may die: who asks before it is started again waits in the queue. It gets
/// the listening socket as BATON_LISTENER=4.
class MetricsExporter {
public:
    /// @throws std::exception where the address cannot be had
    MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings);
    /// Goes on with what an earlier process listened with.
    MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, os::UniqueFd listener);

    int listener() const { return listener_.get(); }

private:
    os::Child start(const SupervisorSettings& settings) const;

    os::UniqueFd listener_;
    KeptProcess process_;
};

} // namespace baton::supervise
