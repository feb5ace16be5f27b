#include "client/supervise/MetricsExporter.h"

#include "client/os/Listening.h"
#include "client/supervise/Roles.h"

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
    log.info("metrics at http://" + os::boundAddress(listener_.get()) + "/metrics");
}

MetricsExporter::MetricsExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings,
                                 os::UniqueFd listener)
    : listener_(std::move(listener)),
      process_(loop, log, "who answers at --metrics", [this, &settings] { return start(settings); })
{
    process_.start();
}

os::Child MetricsExporter::start(const SupervisorSettings& settings) const
{
    auto role = settings.exporter;
    role.environment.push_back("BATON_LISTENER=" + std::to_string(FirstPassedToRole));
    auto options = roleOptions(settings.programs.front(), role, {}, {listener_.get()});
    options.facesStrangers = true;
    return os::Child::spawn(options);
}

} // namespace baton::supervise
