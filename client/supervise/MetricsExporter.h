// Where the metrics are asked for by HTTP: the supervisor holds the address, and a process of its own answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/Process.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Settings.h"

#include <optional>

namespace baton::supervise {

/// The exporter reads what strangers write and may die: it is started again after 1, 2, 4 … 60 seconds, and who asks
/// meanwhile waits in the queue. It gets the listening socket as BATON_LISTENER=4.
class MetricsExporter {
public:
    /// @throws std::exception where the address cannot be had
    MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings);
    /// Goes on with what an earlier process listened with.
    MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings, os::UniqueFd listener);
    ~MetricsExporter();
    MetricsExporter(const MetricsExporter&) = delete;
    MetricsExporter& operator=(const MetricsExporter&) = delete;

    int listener() const { return listener_.get(); }

private:
    static constexpr Duration ShortestPause{1'000};
    static constexpr Duration LongestPause{60'000};

    void start();
    void startLater();
    void ended();

    loop::EventLoop& loop_;
    Log& log_;
    const SupervisorSettings& settings_;
    os::UniqueFd listener_;
    std::optional<os::Child> child_;
    Instant started_;
    Duration pause_ = ShortestPause;
    loop::Registration endWatch_;
    loop::Registration again_;
};

} // namespace baton::supervise
