#include "client/assemble/Supervise.h"

#include "client/assemble/Handed.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/os/Errors.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Supervisor.h"

#include <fcntl.h>

namespace baton::assemble {
namespace {

os::UniqueFd kept(int fd)
{
    os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
    return os::UniqueFd(fd);
}

supervise::SupervisorSettings processSettings(const Handed& handed)
{
    supervise::SupervisorSettings settings;
    settings.stateDirectory = handed.stateDirectory;
    settings.controlSocket = handed.controlSocket;
    return settings;
}

} // namespace

int superviseHanded()
{
    const int settings = settingsDescriptor();
    return superviseHere(readHanded(settings), settings);
}

int superviseHere(const Handed& handed, int settings)
{
    os::check(::fcntl(settings, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
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
    try {
        return supervise::run(process, log, std::move(locks));
    } catch (const supervise::CannotStart& error) {
        throw UsageError(error.what(), error.exitCode());
    }
}

} // namespace baton::assemble
