// What a release is refused while it is tried out, from inside; and what other users are refused of the supervisor.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Account.h"
#include "client/os/Confinement.h"
#include "client/os/ReadOnlyView.h"
#include "tests/support/ForbiddenDeeds.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/system/Relay.h"

#include <sys/uio.h>
#include <sys/un.h>

#include <algorithm>
#include <sstream>

namespace baton::system {
namespace {

using baton::testing::Deed;
using baton::testing::Ground;
using baton::testing::inside;
using baton::testing::opens;
using ::testing::Each;
using ::testing::EndsWith;

constexpr std::string_view Good = "ready\nserve\nexit 0";
constexpr const char* Setpriv = "/usr/bin/setpriv";

struct TryOut : Relay {
    TryOut()
    {
        // Who is not root must come through, and make the state directory.
        fs::permissions(scratch.path(), fs::perms::all);
    }

    fs::path report() const { return scratch / "report"; }

    RunOptions tryingOut(const std::string& kinds) const
    {
        const auto program = scratch.actor("1.0.0", Good);
        fs::permissions(program,
                        fs::perms::owner_all | fs::perms::group_all | fs::perms::others_read | fs::perms::others_exec);
        return {{program.string()},
                {"--try", report().string() + ' ' + kinds, "--try-network", "no", "--try-memory", "1GB"}};
    }

    /// What the release said of itself when its try-out was over; nothing if it never was.
    std::vector<std::string> attempts()
    {
        publish("1.1.0", scratch.copyOf(TRESPASSER, "1.1.0"));
        check();
        EXPECT_TRUE(baton->says("1.1.0 refused: its try-out failed: it ended with exit code 1"));
        std::istringstream text(readFile(report()));
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);) lines.push_back(line);
        return lines;
    }

    ::testing::AssertionResult leftNothing() const
    {
        const auto pid = std::atoi(readFile(report().string() + ".pid").c_str());
        if (pid <= 0) return ::testing::AssertionFailure() << "it had started nothing";
        if (!eventually([&] { return ::kill(pid, 0) != 0 && errno == ESRCH; }))
            return ::testing::AssertionFailure() << "process " << pid << " runs on";
        if (!eventually([&] { return !fs::exists(state / "try"); }))
            return ::testing::AssertionFailure() << "its scratch directory is there";
        return ::testing::AssertionSuccess();
    }
};

bool canMount()
{
    const baton::testing::TemporaryDirectory directory;
    const auto scratch = directory.path() / "try";
    fs::create_directory(scratch);
    return inside([] {}, [&] { return os::ReadOnlyView(directory.path(), scratch).takeOn() ? 0 : 1; }) == 0;
}

TEST_F(TryOut, ChangesNothingOfBatonsAndIsAnsweredByNobody)
{
    if (os::isInstrumented()) GTEST_SKIP() << "NOT RUN: a sanitizer needs more memory than this try-out may take";
    if (!canMount()) GTEST_SKIP() << "NOT RUN: who runs this may not mount";
    ASSERT_TRUE(serves(tryingOut("store any")));

    const auto lines = attempts();

    EXPECT_GE(lines.size(), 30U);
    EXPECT_THAT(lines, Each(EndsWith(" is refused")));
    EXPECT_TRUE(leftNothing());
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
}

TEST_F(TryOut, GainsNoRightsOfAnotherUser)
{
    if (os::isInstrumented()) GTEST_SKIP() << "NOT RUN: a sanitizer needs more memory than this try-out may take";
    auto command = commandFor(tryingOut("any user"));
    if (::geteuid() == 0) {
        if (::access(Setpriv, X_OK) != 0) GTEST_SKIP() << "NOT RUN: there is no " << Setpriv;
        const std::vector<std::string> asNobody{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                                                command.executable};
        command.arguments.erase(command.arguments.begin());
        command.arguments.insert(command.arguments.begin(), asNobody.begin(), asNobody.end());
        command.executable = Setpriv;
        const auto nobody = os::findAccount("65534");
        const auto executable = std::string(BATON);
        const auto reaches = [&] { return ::access(executable.c_str(), X_OK) == 0 ? 0 : 1; };
        if (!nobody || inside([&] { os::become(*nobody); }, reaches) != 0)
            GTEST_SKIP() << "NOT RUN: nobody else may execute " << executable;
    }
    baton.emplace(command, scratch / "baton.log");
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    const auto lines = attempts();

    EXPECT_GE(lines.size(), 20U);
    EXPECT_THAT(lines, Each(EndsWith(" is refused")));
    EXPECT_TRUE(leftNothing());
    EXPECT_EQ(stop(), 0);
}

// What another user tries with a supervisor that is root's: `others` is its state directory, `own` its entry in /proc.
const std::array ForbiddenToOthers{
    Deed{"readsItsEnvironment", [](const Ground& ground) { return opens(ground.own / "environ", O_RDONLY); }},
    Deed{"readsItsMemory", [](const Ground& ground) { return opens(ground.own / "mem", O_RDONLY); }},
    Deed{"writesItsMemory", [](const Ground& ground) { return opens(ground.own / "mem", O_WRONLY); }},
    Deed{"looksAtItsMappings", [](const Ground& ground) { return opens(ground.own / "maps", O_RDONLY); }},
    Deed{"looksAtItsStack", [](const Ground& ground) { return opens(ground.own / "stack", O_RDONLY); }},
    Deed{"looksAtItsSystemCalls", [](const Ground& ground) { return opens(ground.own / "syscall", O_RDONLY); }},
    Deed{"listsItsDescriptors", [](const Ground& ground) { return opens(ground.own / "fd", O_RDONLY | O_DIRECTORY); }},
    Deed{"opensADescriptorOfIt", [](const Ground& ground) { return opens(ground.own / "fd/0", O_RDONLY); }},
    Deed{"goesWhereItStands", [](const Ground& ground) { return ::chdir((ground.own / "cwd").c_str()) == 0; }},
    Deed{"goesToItsRoot", [](const Ground& ground) { return ::chdir((ground.own / "root").c_str()) == 0; }},
    Deed{"entersItsNamespace", [](const Ground& ground) { return opens(ground.own / "ns/mnt", O_RDONLY); }},
    Deed{"changesWhenItIsKilledForMemory",
         [](const Ground& ground) { return opens(ground.own / "oom_score_adj", O_WRONLY); }},
    Deed{"borrowsADescriptor",
         [](const Ground& ground) {
             const auto pid = std::stoi(ground.own.filename());
             const auto pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
             return ::syscall(SYS_pidfd_getfd, pidfd, 0, 0) >= 0;
         }},
    Deed{"tracesIt",
         [](const Ground& ground) {
             return ::ptrace(PTRACE_SEIZE, std::stoi(ground.own.filename()), nullptr, nullptr) == 0;
         }},
    Deed{"readsOutOfIt",
         [](const Ground& ground) {
             char byte = 0;
             iovec ours{&byte, 1};
             iovec theirs{&byte, 1};
             return ::process_vm_readv(std::stoi(ground.own.filename()), &ours, 1, &theirs, 1, 0) == 1 ||
                    errno != EPERM;
         }},
    Deed{"signalsIt", [](const Ground& ground) { return ::kill(std::stoi(ground.own.filename()), 0) == 0; }},
    Deed{"killsItsGroup", [](const Ground& ground) { return ::kill(-std::stoi(ground.own.filename()), 0) == 0; }},
    Deed{"changesItsLimits",
         [](const Ground& ground) {
             const rlimit one{1, 1};
             return ::prlimit(std::stoi(ground.own.filename()), RLIMIT_NOFILE, &one, nullptr) == 0;
         }},
    Deed{"changesItsPriority",
         [](const Ground& ground) {
             return ::setpriority(PRIO_PROCESS, static_cast<id_t>(std::stoi(ground.own.filename())), 19) == 0;
         }},
    Deed{"bindsItToAProcessor",
         [](const Ground& ground) {
             cpu_set_t one;
             CPU_ZERO(&one);
             CPU_SET(0, &one);
             return ::sched_setaffinity(std::stoi(ground.own.filename()), sizeof one, &one) == 0;
         }},
    Deed{"readsTheState", [](const Ground& ground) { return opens(ground.others / "state.json", O_RDONLY); }},
    Deed{"listsTheStateDirectory", [](const Ground& ground) { return opens(ground.others, O_RDONLY | O_DIRECTORY); }},
    Deed{"addsARelease",
         [](const Ground& ground) { return ::mkdir((ground.others / "releases/9.9.9").c_str(), 0755) == 0; }},
    Deed{"addsADownload",
         [](const Ground& ground) { return opens(ground.others / "downloads/new", O_WRONLY | O_CREAT); }},
    Deed{"takesTheLock", [](const Ground& ground) { return opens(ground.others / "lock", O_RDWR); }},
    Deed{"asksTheControlSocket",
         [](const Ground& ground) {
             const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
             sockaddr_un address{};
             address.sun_family = AF_UNIX;
             (ground.others / "control.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
             return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
         }},
};

struct SupervisorAlone : Relay {
    SupervisorAlone() { fs::permissions(scratch.path(), fs::perms::all); }
};

TEST_F(SupervisorAlone, IsOutOfReachOfOtherUsers)
{
    const auto nobody = os::findAccount("65534");
    if (::geteuid() != 0 || !nobody) GTEST_SKIP() << "NOT RUN: only root can be another user";
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}}));
    const Ground ground{{}, {}, "/proc/" + std::to_string(baton->pid()), state};

    static_assert(ForbiddenToOthers.size() >= 20);
    baton::testing::expectAllRefused([&] { os::become(*nobody); }, ForbiddenToOthers, ground);

    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
