// What this host has of what Baton confines its processes with.
#include "client/doctor/Checks.h"

#include <array>
#include <utility>

namespace baton::doctor {
namespace {

constexpr long KnowsTcp = 4;
constexpr long KnowsSignals = 6;
constexpr int EnoughWaiting = 1024;

Findings user(const MachineFacts& machine)
{
    if (machine.isRoot) return {{Grade::Fine, "user", "root: each role gives up the rights that it does not need"}};
    return {{Grade::Weak, "user",
             "not root: Baton and the program are one user, so nothing but the confinement below stands between them",
             "nothing, if that is meant; else start baton run as root"}};
}

Findings landlock(const MachineFacts& machine)
{
    const auto version = "version " + std::to_string(machine.landlock);
    if (machine.landlock == 0)
        return {{Grade::Weak, "Landlock", "the kernel has none: a role that was taken over could open other files",
                 "Linux 5.13 or later, with landlock in the boot parameter lsm="}};
    if (machine.landlock < KnowsTcp)
        return {{Grade::Weak, "Landlock", version + ": files, but no rules for TCP, which are left to seccomp",
                 "Linux 6.7 or later"}};
    if (machine.landlock < KnowsSignals)
        return {{Grade::Fine, "Landlock", version + ": files and TCP; none for signals, which are left to seccomp"}};
    return {{Grade::Fine, "Landlock", version + ": files, TCP and signals"}};
}

Findings networkNamespace(const MachineFacts& machine)
{
    if (machine.networkNamespace)
        return {{Grade::Fine, "network namespace", "a role that needs no network has one in which there is nothing"}};
    return {{Grade::Weak, "network namespace",
             "none may be made here, so seccomp alone keeps the stager from the network",
             machine.isRoot
                 ? "CAP_SYS_ADMIN for Baton, and nothing that forbids namespaces (a container, RestrictNamespaces=)"
                 : "start baton run as root"}};
}

Findings openat2(const MachineFacts& machine)
{
    if (machine.openat2)
        return {{Grade::Fine, "openat2", "downloads are opened below their directory and nowhere else"}};
    return {{Grade::Broken, "openat2", "the kernel has no such call, or forbids it: no download can be staged",
             "Linux 5.6 or later, and a container's seccomp profile that lets openat2 pass"}};
}

Findings pidfd(const MachineFacts& machine)
{
    if (machine.pidfd) return {{Grade::Fine, "pidfd", "processes are followed by descriptors, not by numbers"}};
    return {{Grade::Broken, "pidfd", "the kernel has no pidfd_open, or forbids it: no program can be supervised",
             "Linux 5.3 or later, and a container's seccomp profile that lets pidfd_open pass"}};
}

// While nobody accepts, in a hand-off by restart or a rollback, clients wait in the queue of the listener.
Findings queue(const MachineFacts& machine)
{
    const auto most = std::to_string(machine.mostWaiting);
    if (machine.mostWaiting >= EnoughWaiting)
        return {{Grade::Fine, "accept queue", "as many as " + most + " connections wait where nobody accepts yet"}};
    return {{Grade::Weak, "accept queue",
             "no more than " + most +
                 " connections wait at a listener: of more, in a hand-off by restart, each tries again "
                 "after a second",
             "sysctl net.core.somaxconn=4096, and the same in /etc/sysctl.d"}};
}

// The doctor may stand elsewhere than the service does, so this is never more than weak.
Findings cgroup(const MachineFacts& machine)
{
    constexpr const char* Remedy = "Delegate=memory in the unit; it is the unit's cgroup that counts, not this shell's";
    if (!machine.cgroup)
        return {{Grade::Weak, "cgroup",
                 "no cgroup v2 is mounted: what leaves a generation's process group is found by its environment alone",
                 "mount cgroup v2 at /sys/fs/cgroup"}};
    if (machine.cgroupIsOurs) return {{Grade::Fine, "cgroup", machine.cgroup->string() + " is ours to divide"}};
    return {{Grade::Weak, "cgroup",
             machine.cgroup->string() + " is not given to us to divide: generations get no cgroup of their own",
             Remedy}};
}

Findings rehearsals(const MachineFacts& machine)
{
    Findings found;
    for (const auto& [role, missing, failure] : machine.rehearsals) {
        if (!failure.empty())
            found.push_back(
                {Grade::Broken, role, "its confinement could not be tried: " + failure, "look after that first"});
        for (const auto& layer : missing)
            found.push_back({Grade::Weak, role, "confined less than it could be, without " + layer,
                             "a newer kernel, or fewer limits around Baton (a container, the unit)"});
        if (failure.empty() && missing.empty())
            found.push_back({Grade::Fine, role, "tried out: all layers of its confinement hold"});
    }
    return found;
}

constexpr std::array Checks{user, landlock, networkNamespace, openat2, pidfd, queue, cgroup, rehearsals};

} // namespace

Findings examine(const MachineFacts& machine)
{
    Findings all;
    for (const auto check : Checks)
        for (auto& finding : check(machine)) all.push_back(std::move(finding));
    return all;
}

} // namespace baton::doctor
