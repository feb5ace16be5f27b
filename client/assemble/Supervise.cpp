#include "client/assemble/Supervise.h"

#include "client/assemble/Handed.h"
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
#include <memory>

namespace baton::assemble {
namespace {

os::UniqueFd kept(int fd)
{
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
    return os::UniqueFd(fd);
}

supervise::SupervisorSettings processSettings(const Handed& handed)
{
    std::vector<const Values*> programs;
    for (const auto& program : handed.programs) programs.push_back(&program.values);
    supervise::SupervisorSettings settings;
    settings.stateDirectory = handed.stateDirectory;
    settings.controlSocket = handed.controlSocket;
    settings.signals = signalRulesOf(handed.values, programs);
    settings.reportFd = handed.report;
    return settings;
}

std::unique_ptr<os::PidFile> writePidFile(const std::string& path)
try {
    return path.empty() ? nullptr : std::make_unique<os::PidFile>(path);
} catch (const std::exception& error) {
    throw UsageError(std::string(error.what()) + "; say another --pidfile", exitcode::CannotCreate);
}

int superviseAll(const Handed& handed, int settings)
{
    std::vector<os::UniqueFd> locks;
    locks.push_back(kept(handed.lock));
    auto process = processSettings(handed);
    if (handed.programs.empty()) process.programs.push_back(supervisorSettings(handed, settings));
    for (const auto& program : handed.programs) {
        locks.push_back(kept(program.lock));
        process.programs.push_back(supervisorSettings(program, settings));
        process.programs.back().number = static_cast<int>(process.programs.size()) - 1;
    }
    auto log = makeLog("supervisor", handed.values);
    log.alsoTo(handed.report);
    const auto pidFile = writePidFile(handed.values.text("pidfile"));
    try {
        return supervise::run(process, log, std::move(locks));
    } catch (const supervise::CannotStart& error) {
        throw UsageError(error.what(), error.exitCode());
    }
}

} // namespace

int superviseHanded()
{
    const int settings = settingsDescriptor();
    return superviseHere(readHanded(settings), settings);
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
