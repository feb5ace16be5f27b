#include "client/supervise/Supervisor.h"

#include "client/core/ProductVersion.h"
#include "client/os/SignalSet.h"
#include "client/supervise/InheritedListeners.h"
#include "client/supervise/Metrics.h"
#include "client/supervise/ServiceWatchdog.h"

#include <signal.h>

#include <exception>
#include <filesystem>
#include <utility>

namespace baton::supervise {
namespace {

constexpr int Unavailable = 69;  // EX_UNAVAILABLE
constexpr int CannotCreate = 73; // EX_CANTCREAT

std::unique_ptr<control::ControlServer> openControl(loop::EventLoop& loop, const std::filesystem::path& socket,
                                                    control::ControlServer::Handler handler)
try {
    return std::make_unique<control::ControlServer>(loop, socket, std::move(handler));
} catch (const std::exception& error) { // Also a path that is too long.
    throw CannotStart(std::string(error.what()) + "; baton status asks there: say another --control", CannotCreate);
}

std::unique_ptr<MetricsFile> openMetrics(const SupervisorSettings& settings, Log& log)
try {
    if (settings.exporterAddress) std::filesystem::create_directory(settings.metrics.parent_path());
    return settings.metrics.empty() ? nullptr : std::make_unique<MetricsFile>(settings.metrics, log);
} catch (const std::exception& error) {
    throw CannotStart(std::string(error.what()) + "; say another --metrics", CannotCreate);
}

std::unique_ptr<MetricsExporter> openExporter(loop::EventLoop& loop, Log& log, const SupervisorSettings& settings)
try {
    return settings.exporterAddress ? std::make_unique<MetricsExporter>(loop, log, settings) : nullptr;
} catch (const std::exception& error) {
    throw CannotStart(std::string(error.what()) + "; say another --metrics", Unavailable);
}

} // namespace

std::vector<std::string> Supervisor::namesOf(const std::vector<Settings>& programs)
{
    std::vector<std::string> names;
    for (const auto& program : programs) names.push_back(program.name);
    return names;
}

std::vector<bool> Supervisor::essentialOnes(const std::vector<Settings>& programs)
{
    std::vector<bool> essential;
    for (const auto& program : programs) essential.push_back(program.essential);
    return essential;
}

Supervisor::Supervisor(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks)
    : settings_(settings),
      log_(log),
      locks_(std::move(locks)),
      plan_(settings.signals, os::ignoredSignals()),
      manager_(namesOf(settings.programs), settings.reportFd),
      world_{loop_, log, clock_, manager_, *this},
      fates_(essentialOnes(settings.programs)),
      upgrade_(loop_, log, settings, [this] { return snapshot(); })
{
    InheritedListeners inherited(settings_, log_);
    for (const auto& program : settings_.programs)
        programs_.push_back(std::make_unique<Program>(world_, program, inherited.takeFor(program), program.listeners));
    inherited.closeRest();
    formGroups();
    openOwnReleases();
}

// The programs serve whatever becomes of these.
void Supervisor::openOwnReleases()
try {
    if (settings_.ownApp) own_ = std::make_unique<OwnReleases>(loop_, log_, settings_, upgrade_);
} catch (const std::exception& error) {
    log_.error(std::string("Baton itself is not kept up to date: ") + error.what());
}

int Supervisor::run()
{
    listenToSignals();
    control_ = openControl(loop_, settings_.controlSocket, [this](const std::string& line) { return answer(line); });
    metrics_ = openMetrics(settings_, log_);
    exporter_ = openExporter(loop_, log_, settings_);
    groups_->recover();
    for (const auto& program : programs_) program->start();
    if (own_) own_->start();
    return loop();
}

// Whatever has changed did so in a turn of the loop; where nothing happens nothing is written, and nobody wakes up.
void Supervisor::writeMetrics()
{
    std::vector<ProgramMetrics> all;
    for (const auto& program : programs_) all.push_back(program->metrics());
    metrics_->write(print(all, productVersion()));
}

int Supervisor::loop()
{
    const ServiceWatchdog watchdog(loop_);
    if (metrics_) {
        writeMetrics();
        loop_.atEndOfTurn([this] { writeMetrics(); });
    }
    loop_.run();
    for (const auto& program : programs_) program->endAgent();
    if (own_) own_->stop();
    endAdopted();
    if (cannotStart_) throw CannotStart(*cannotStart_);
    return fates_.exitCode();
}

void Supervisor::stopAll(const Passed& passed)
{
    stops_ = true;
    for (const auto& program : programs_)
        if (!fates_.isOver(program->number())) program->stop(passed);
}

void Supervisor::ended(int number, int exitCode)
{
    manager_.ended(number);
    const auto& settings = settings_.programs.at(static_cast<std::size_t>(number));
    const auto after = fates_.ended(number, exitCode);
    if (after == AfterEnd::Exit) return loop_.stop();
    log_.write(exitCode == 0 ? Level::Info : Level::Error,
               settings.name + " has ended for good, with exit code " + std::to_string(exitCode) +
                   (stops_ ? ""
                    : after == AfterEnd::EndOthers
                        ? "; it is essential, so all end"
                        : "; the others go on. baton restart --program " + settings.name + " starts it again"));
    letGo_[number] = loop_.after(Duration(0), [this, number, after] { // Not in its own call.
        programs_.at(static_cast<std::size_t>(number))->letGo();
        if (after == AfterEnd::EndOthers && !stops_) stopAll({{SIGTERM}});
    });
}

void Supervisor::cannotStart(int number, const CannotStart& why)
{
    if (!isSeveral()) {
        cannotStart_ = why;
        return loop_.stop();
    }
    whyNotStarted_ = why.what();
    log_.error(settings_.programs.at(static_cast<std::size_t>(number)).name + " cannot start: " + whyNotStarted_);
    ended(number, why.exitCode());
}

int run(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks)
{
    return Supervisor(settings, log, std::move(locks)).run();
}

int takeOver(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot, const std::string& refusal)
{
    return Supervisor(settings, log, snapshot).resume(snapshot, refusal);
}

} // namespace baton::supervise
