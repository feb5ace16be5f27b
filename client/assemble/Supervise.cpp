#include "client/assemble/Supervise.h"

#include "client/assemble/Handed.h"
#include "client/assemble/SupervisorSettings.h"
#include "client/os/Errors.h"
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
    return supervise::run(supervisorSettings(handed, settings), log, os::UniqueFd(handed.lock));
}

} // namespace baton::assemble
