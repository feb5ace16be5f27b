// Each feature of the kernel is tried, not looked up: a container may forbid what the kernel has.
#include "client/doctor/Look.h"
#include "client/os/Cgroup.h"
#include "client/os/Files.h"
#include "client/os/Landlock.h"
#include "client/os/Listening.h"

#include <sys/syscall.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <exception>

namespace baton::doctor {
namespace {

bool canOpenBeneath()
try {
    const auto root = os::open("/", O_PATH | O_DIRECTORY);
    return static_cast<bool>(os::openBeneath(root.get(), ".", O_PATH | O_DIRECTORY));
} catch (const std::exception&) {
    return false;
}

bool canFollowProcesses()
{
    return static_cast<bool>(os::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))));
}

bool canLeaveNetwork()
try {
    return sayInChild([] { return std::string(::unshare(CLONE_NEWNET) == 0 ? "yes" : "no"); }) == "yes";
} catch (const std::exception&) {
    return false; // A filter around us ends who asks.
}

} // namespace

MachineFacts lookAtMachine(const std::vector<Role>& roles)
{
    MachineFacts facts;
    facts.isRoot = ::geteuid() == 0;
    facts.landlock = os::landlockVersion();
    facts.openat2 = canOpenBeneath();
    facts.pidfd = canFollowProcesses();
    facts.mostWaiting = os::mostWaiting();
    facts.networkNamespace = canLeaveNetwork();
    facts.cgroup = os::ownCgroup();
    facts.cgroupIsOurs = facts.cgroup && os::isDelegated(*facts.cgroup);
    for (const auto& role : roles) facts.rehearsals.push_back(rehearse(role));
    return facts;
}

} // namespace baton::doctor
