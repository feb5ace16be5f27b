// The process in a snapshot: how one supervisor writes itself down, and the next one goes on.
#include "client/core/ProductVersion.h"
#include "client/os/Passing.h"
#include "client/os/Process.h"
#include "client/os/SignalSet.h"
#include "client/supervise/Supervisor.h"

#include <sys/wait.h>

#include <signal.h>

#include <cerrno>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

// What they were at, others begin anew from the disk.
void endHelpers(const std::vector<pid_t>& helpers)
{
    for (const auto pid : helpers) ::kill(-pid, SIGKILL); // Not reaped: the group is its own.
    for (const auto pid : helpers)
        while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
        }
}

} // namespace

Supervisor::Supervisor(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot)
    : settings_(settings),
      log_(log),
      plan_(settings.signals, os::ignoredSignals()),
      manager_(namesOf(settings.programs), settings.reportFd),
      world_{loop_, log, clock_, manager_, *this},
      fates_(essentialOnes(settings.programs)),
      upgrade_(loop_, log, settings, [this] { return this->snapshot(); }),
      stops_(snapshot.stops)
{
    endHelpers(snapshot.helpers); // Before anything starts its own.
    for (const int lock : snapshot.locks) locks_.push_back(os::received(lock));
    manager_.restore(snapshot.manager);
    for (std::size_t i = 0; i < snapshot.programs.size(); ++i) {
        programs_.push_back(std::make_unique<Program>(world_, settings_.programs.at(i), snapshot.programs[i]));
        if (snapshot.programs[i].exitCode) fates_.ended(static_cast<int>(i), 0);
    }
    fates_.restore(snapshot.exitCode);
    formGroups();
    groups_->restore(snapshot.groups);
    openOwnReleases();
}

int Supervisor::resume(const Snapshot& snapshot, const std::string& refusal)
{
    listenToSignals();
    control_ = std::make_unique<control::ControlServer>(
        loop_, settings_.controlSocket, [this](const std::string& line) { return answer(line); },
        os::received(snapshot.control));
    for (const auto& client : snapshot.clients)
        control_->add(os::received(client.socket), client.line, client.deadline.value_or(loop_.clock().now()));
    upgrade_.settle(snapshot.version, refusal);
    if (!settings_.metrics.empty())
        metrics_ = std::make_unique<MetricsFile>(settings_.metrics, log_, MetricsFile::Begin::GoesOn);
    if (snapshot.exporter && settings_.exporterAddress)
        exporter_ = std::make_unique<MetricsExporter>(loop_, log_, settings_, os::received(snapshot.exporter->socket));
    for (std::size_t i = 0; i < programs_.size(); ++i) {
        programs_[i]->resume(snapshot.programs[i]);
        const bool endsAll = snapshot.programs[i].exitCode && settings_.programs.at(i).essential;
        if (isSeveral() && endsAll && !stops_) stopAll({{SIGTERM}});
    }
    if (own_) own_->resume(refusal, snapshot.ownReleasePrepares);
    sweepSoon(); // What ended between the two, whoever heard of it.
    return loop();
}

Snapshot Supervisor::snapshot() const
{
    Snapshot snapshot;
    snapshot.version = productVersion();
    for (const auto& lock : locks_) snapshot.locks.push_back(lock.get());
    snapshot.control = control_->listener();
    for (const auto& client : control_->clients())
        snapshot.clients.push_back({client.socket, client.line, client.deadline});
    snapshot.manager = manager_.save();
    snapshot.stops = stops_;
    snapshot.exitCode = fates_.exitCode();
    snapshot.ownReleasePrepares = own_ && own_->prepares();
    snapshot.helpers = os::Child::known();
    snapshot.groups = groups_->save();
    if (exporter_) snapshot.exporter = ExporterState{exporter_->listener()};
    for (const auto& program : programs_) {
        snapshot.programs.push_back(program->save());
        std::erase_if(snapshot.helpers, [&](pid_t pid) { return program->isGeneration(pid); });
    }
    return snapshot;
}

} // namespace baton::supervise
