#include "client/assemble/Supervise.h"

#include "client/assemble/Handed.h"
#include "client/assemble/OptionTable.h"
#include "client/assemble/Places.h"
#include "client/assemble/SignalRules.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/os/Errors.h"
#include "client/os/PidFile.h"
#include "client/os/StartReport.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Supervisor.h"

#include <fcntl.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace baton::assemble {
namespace {

os::UniqueFd kept(int fd)
{
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
    return os::UniqueFd(fd);
}

int superviseAll(const Handed& handed, int settings)
{
    std::vector<os::UniqueFd> locks;
    locks.push_back(kept(handed.lock));
    for (const auto& program : handed.programs) locks.push_back(kept(program.lock));
    const auto process = settingsOfAll(handed, settings);
    auto log = makeLog("supervisor", handed.values);
    log.alsoTo(handed.report);
    const auto pidFile = writePidFile(handed);
    try {
        return supervise::run(process, log, std::move(locks));
    } catch (const supervise::CannotStart& error) {
        throw UsageError(error.what(), error.exitCode());
    }
}

} // namespace

std::unique_ptr<os::PidFile> writePidFile(const Handed& handed)
try {
    const auto path = handed.values.text("pidfile");
    return path.empty() ? nullptr : std::make_unique<os::PidFile>(path);
} catch (const std::exception& error) {
    throw UsageError(std::string(error.what()) + "; say another --pidfile", exitcode::CannotCreate);
}

supervise::SupervisorSettings settingsOfAll(const Handed& handed, int settings)
{
    std::vector<const Values*> programs;
    for (const auto& program : handed.programs) programs.push_back(&program.values);
    supervise::SupervisorSettings process;
    process.signals = signalRulesOf(handed.values, programs);
    process.reportFd = handed.report;
    process.stateDirectory = handed.stateDirectory;
    process.controlSocket = handed.controlSocket;
    process.ownApp = ownAppOf(handed);
    sayMetrics(handed, process);
    process.executable = ownExecutable();
    process.isOneExecutable = process.executable == handed.executable;
    process.settingsFd = settings;
    if (handed.programs.empty()) process.programs.push_back(supervisorSettings(handed, settings));
    for (const auto& program : handed.programs) process.programs.push_back(supervisorSettings(program, settings));
    for (std::size_t i = 0; i < process.programs.size(); ++i) {
        process.programs[i].number = static_cast<int>(i);
        process.programs[i].supervisor = process.executable;
    }
    return process;
}

int superviseHanded()
{
    const os::UniqueFd given(settingsDescriptor());
    auto handed = readHanded(given.get()); // Perhaps of an older `baton run`, where this is a release of its own.
    fillIn(handed);
    const auto settings = seal(handed);
    return superviseHere(handed, settings.get());
}

void fillIn(Handed& handed)
{
    for (const auto& option : optionTable())
        if (const std::string name(option.name);
            (option.commands & Run) != 0 && !option.otherwise.empty() && !handed.values.has(name))
            handed.values.set(name, {{std::string(option.otherwise), "default"}});
    for (auto& program : handed.programs) fillIn(program);
}

int superviseHere(const Handed& handed, int settings)
{
    for (const int fd : {settings, handed.report})
        if (fd >= 0) os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
    try {
        const int code = superviseAll(handed, settings);
        os::reportCode(handed.report, code); // Nobody reads it if the first release has served.
        return code;
    } catch (const UsageError& error) {
        os::reportText(handed.report, std::string("baton: ") + error.what() + '\n');
        os::reportCode(handed.report, error.exitCode());
        throw;
    }
}

} // namespace baton::assemble
