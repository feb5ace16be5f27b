#include "client/supervise/MetricsExporter.h"

#include "client/core/Duration.h"
#include "client/os/Listening.h"
#include "client/supervise/Roles.h"

#include <algorithm>
#include <csignal>
#include <exception>
#include <string>
#include <utility>

namespace baton::supervise {
namespace {

os::UniqueFd listenAt(const HostPort& address)
{
    os::ListenAddress where;
    where.name = "metrics";
    where.address = address;
    return os::listenOn(where);
}

} // namespace

MetricsExporter::MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings)
    : MetricsExporter(loop, log, settings, listenAt(settings.exporterAddress.value()))
{
    log_.info("metrics at http://" + os::boundAddress(listener_.get()) + "/metrics");
}

MetricsExporter::MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings,
                                 os::UniqueFd listener)
    : loop_(loop),
      log_(log),
      settings_(settings),
      listener_(std::move(listener))
{
    start();
}

MetricsExporter::~MetricsExporter()
{
    if (!child_) return;
    child_->signalGroup(SIGKILL);
    child_->reap();
}

void MetricsExporter::start()
try {
    auto role = settings_.exporter;
    role.environment.push_back("BATON_LISTENER=" + std::to_string(FirstPassedToRole));
    auto options = roleOptions(settings_.programs.front(), role, {}, {listener_.get()});
    options.facesStrangers = true;
    child_ = os::Child::spawn(options);
    started_ = loop_.clock().now();
    endWatch_ = loop_.whenReadable(
        child_->pidfd(), [this] { ended(); }, loop::Priority::Death);
} catch (const std::exception& e) {
    log_.error(std::string("could not start who answers at --metrics: ") + e.what());
    startLater();
}

void MetricsExporter::startLater()
{
    again_ = loop_.after(pause_, [this] { start(); });
    pause_ = std::min(pause_ * 2, LongestPause);
}

void MetricsExporter::ended()
{
    const auto status = child_->ended();
    if (!status) return;
    child_->signalGroup(SIGKILL);
    child_->reap();
    endWatch_.reset();
    child_.reset();
    if (loop_.clock().now() - started_ > LongestPause) pause_ = ShortestPause;
    log_.warning("who answers at --metrics ended with " + os::describe(*status) + "; it starts again in " +
                 printDuration(pause_));
    startLater();
}

} // namespace baton::supervise
