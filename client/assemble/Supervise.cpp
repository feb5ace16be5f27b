#include "client/assemble/Supervise.h"

#include "client/assemble/Handed.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/assemble/UsageError.h"
#include "client/os/Errors.h"
#include "client/supervise/CannotStart.h"
#include "client/supervise/Supervisor.h"

#include <fcntl.h>

namespace baton::assemble {

int superviseHanded()
{
    const int settings = settingsDescriptor();
    return superviseHere(readHanded(settings), settings);
}

int superviseHere(const Handed& handed, int settings)
{
    for (const int fd : {settings, handed.lock})
        os::check(::fcntl(fd, F_SETFD, FD_CLOEXEC), "keep a descriptor from being inherited");
    auto log = makeLog("supervisor", handed.values);
    try {
        return supervise::run(supervisorSettings(handed, settings), log, os::UniqueFd(handed.lock));
    } catch (const supervise::CannotStart& error) {
        throw UsageError(error.what(), error.exitCode());
    }
}

} // namespace baton::assemble
