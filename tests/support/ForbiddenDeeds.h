// What a confined process of Baton tries in vain, whichever it is, and the ground where it does.
#pragma once

#include "client/os/Confinement.h"
#include "client/os/Files.h"
#include "client/os/Landlock.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

namespace baton::testing {

/// Where it is tried.
struct Ground {
    std::filesystem::path outside; ///< a directory that is not the process's affair
    std::filesystem::path secret;  ///< a file there
    std::filesystem::path own;     ///< where the process may write; a file `inside` lies there
    std::filesystem::path others;  ///< of the state directory, where it may not
};

/// One thing that the process never does; it must fail.
struct Deed {
    const char* name;
    std::function<bool(const Ground& ground)> succeeds;
};

/// The kernel has all layers of a confinement, and nothing else in this build needs what they take away.
inline bool hasAllLayers() { return !os::isInstrumented() && os::landlockVersion() >= 3; }

/// What a child that has confined itself says: its exit code, or 128 and its signal.
inline int inside(const std::function<void()>& confine, const std::function<int()>& deed)
{
    const auto child = ::fork();
    if (child == 0) {
        confine();
        ::_exit(deed());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline void expectAllRefused(const std::function<void()>& confine, std::span<const Deed> deeds, const Ground& ground)
{
    constexpr int Refused = 3; // A program that was started after all would end with 0.
    for (const auto& deed : deeds)
        EXPECT_EQ(inside(confine, [&] { return deed.succeeds(ground) ? 4 : Refused; }), Refused) << deed.name;
}

inline bool opens(const std::filesystem::path& path, int flags, mode_t mode = 0644)
{
    return ::open(path.c_str(), flags | O_CLOEXEC, mode) >= 0;
}

inline bool hasSocket(int family, int kind, int protocol = 0) { return ::socket(family, kind, protocol) >= 0; }

inline const std::array ForbiddenToAll{
    Deed{"readsAFileOfAnother", [](const Ground& ground) { return opens(ground.secret, O_RDONLY); }},
    Deed{"readsThePasswords", [](const Ground&) { return opens("/etc/passwd", O_RDONLY); }},
    Deed{"listsTheRoot", [](const Ground&) { return opens("/", O_RDONLY | O_DIRECTORY); }},
    Deed{"looksAtAnotherProcess",
         [](const Ground&) { return opens("/proc/" + std::to_string(::getppid()) + "/environ", O_RDONLY); }},
    Deed{"writesAFileOfAnother", [](const Ground& ground) { return opens(ground.secret, O_WRONLY); }},
    Deed{"makesAFileOutside", [](const Ground& ground) { return opens(ground.outside / "new", O_WRONLY | O_CREAT); }},
    Deed{"writesTheState",
         [](const Ground& ground) { return opens(ground.others / "state.json", O_WRONLY | O_CREAT); }},
    Deed{"shortensAFileOfAnother", [](const Ground& ground) { return ::truncate(ground.secret.c_str(), 0) == 0; }},
    Deed{"removesAFileOfAnother", [](const Ground& ground) { return ::unlink(ground.secret.c_str()) == 0; }},
    Deed{"movesAFileOut",
         [](const Ground& ground) {
             return ::rename((ground.own / "inside").c_str(), (ground.outside / "in").c_str()) == 0;
         }},
    Deed{"linksAFileOfAnother",
         [](const Ground& ground) { return ::link(ground.secret.c_str(), (ground.own / "link").c_str()) == 0; }},
    Deed{"makesADevice",
         [](const Ground& ground) { return ::mknod((ground.own / "null").c_str(), S_IFCHR | 0666, 0x103) == 0; }},
    Deed{"makesAPipe", [](const Ground& ground) { return ::mkfifo((ground.own / "fifo").c_str(), 0600) == 0; }},
    Deed{"startsAProgram",
         [](const Ground&) {
             std::array<char*, 1> none{nullptr};
             ::execve("/bin/true", none.data(), none.data());
             return false; // One that succeeds does not come here; it ends with 0.
         }},
    Deed{"forks",
         [](const Ground&) {
             const auto child = ::fork();
             if (child == 0) ::_exit(0);
             return child > 0;
         }},
    Deed{"signalsItsParent", [](const Ground&) { return ::kill(::getppid(), 0) == 0; }},
    Deed{"tracesItsParent", [](const Ground&) { return ::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr) == 0; }},
    Deed{"mounts", [](const Ground& ground) { return ::mount("tmpfs", ground.own.c_str(), "tmpfs", 0, nullptr) == 0; }},
    Deed{"makesANamespace", [](const Ground&) { return ::unshare(CLONE_NEWUSER) == 0; }},
    Deed{"becomesAnother", [](const Ground&) { return ::setuid(65534) == 0; }},
    Deed{"executesMemory",
         [](const Ground&) {
             return ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
         }},
    Deed{"raisesItsLimits",
         [](const Ground&) {
             const rlimit all{RLIM_INFINITY, RLIM_INFINITY};
             return ::setrlimit(RLIMIT_CORE, &all) == 0;
         }},
    Deed{"makesAKeyring", [](const Ground&) { return ::syscall(SYS_add_key, "user", "x", "y", 1, -2) >= 0; }},
    Deed{"loadsAProgramIntoTheKernel", [](const Ground&) { return ::syscall(SYS_bpf, 0, nullptr, 0) >= 0; }},
};

/// What the test of a room's confinement begins with: a secret outside of what the room has to do with.
struct ConfinedTest : ::testing::Test {
    ConfinedTest()
    {
        std::filesystem::create_directory(outside);
        os::writeDurably(secret, Secret);
    }

    /// Once it has confined itself, a process can do nothing of what is forbidden to all, and nothing of `deeds`.
    void expectRefused(const std::function<void()>& confine, std::span<const Deed> deeds,
                       const std::filesystem::path& own, const std::filesystem::path& others) const
    {
        if (!hasAllLayers()) GTEST_SKIP() << "NOT RUN: this kernel or this build has not all layers of the confinement";
        const Ground ground{outside, secret, own, others};
        expectAllRefused(confine, ForbiddenToAll, ground);
        expectAllRefused(confine, deeds, ground);
        EXPECT_EQ(os::readWhole(secret).value(), Secret);
    }

    static constexpr const char* Secret = "told to nobody";

    TemporaryDirectory directory;
    std::filesystem::path outside = directory.path() / "outside";
    std::filesystem::path secret = outside / "secret";
};

} // namespace baton::testing
