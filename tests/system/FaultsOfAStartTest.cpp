// The fault table, rows 1-4, 10, 11 and 15: a candidate that does not come to be ready.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Files.h"
#include "client/os/Sockets.h"
#include "client/os/UniqueFd.h"
#include "tests/system/Fault.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

struct Death {
    const char* name;
    const char* lines;
    const char* reason;
};
void PrintTo(const Death& death, std::ostream* out) { *out << death.name; }

struct Fault1 : Fault, ::testing::WithParamInterface<Death> {};

TEST_P(Fault1, DeadBeforeItIsReady)
{
    ASSERT_TRUE(helloUnderLoad());
    ASSERT_TRUE(takesBack(std::string("complain no database here\n") + GetParam().lines));
    EXPECT_THAT(baton->said(), HasSubstr("no database here\n")); // Its own words stand before the reason.
    oldServes(GetParam().reason, Way::EndedBeforeReady);
}

INSTANTIATE_TEST_SUITE_P(by, Fault1,
                         ::testing::Values(Death{"Code0", "exit 0", "it ended with exit code 0 before it was ready"},
                                           Death{"Code3", "exit 3", "it ended with exit code 3 before it was ready"},
                                           Death{"Signal", "kill 9", "it ended with signal 9 (SIGKILL) before it was"}),
                         [](const auto& death) { return std::string(death.param.name); });

// A release of one file, service, that cannot be executed.
struct NoProgram {
    const char* name;
    std::string bytes; // empty: there is no such file
    mode_t mode;
    const char* reason;
};
void PrintTo(const NoProgram& program, std::ostream* out) { *out << program.name; }

// An ELF file for a machine that nobody has: e_machine is its bytes 18 and 19.
std::string foreignProgram()
{
    auto bytes = readFile("/bin/true");
    bytes[18] = '\x7f';
    bytes[19] = '\x7f';
    return bytes;
}

struct Fault2 : Fault, ::testing::WithParamInterface<NoProgram> {
    fs::path archive(const std::string& version, const std::string& bytes, mode_t mode) const
    {
        scratch.write(fs::path(version) / "readme", version);
        if (!bytes.empty()) {
            const auto file = scratch.write(fs::path(version) / "service", bytes);
            ::chmod(file.c_str(), mode);
        }
        return scratch.pack(scratch / version, "service-" + version + ".tar.zst");
    }
    RunOptions packed() const
    {
        RunOptions options{{"{release}/service"}};
        options.options = {"--initial", archive("1.0.0", readFile(scratch.copyOf(HELLO, "1.0.0")), 0755).string()};
        return options;
    }
};

TEST_P(Fault2, CannotBeExecuted)
{
    ASSERT_TRUE(underLoad(packed()));
    ASSERT_TRUE(update("1.1.0", archive("1.1.0", GetParam().bytes, GetParam().mode), "1.1.0 taken back"));
    oldServes(GetParam().reason, Way::NotStarted);
}

INSTANTIATE_TEST_SUITE_P(for_, Fault2,
                         ::testing::Values(NoProgram{"Missing", "", 0, "(ENOENT)"},
                                           NoProgram{"NotExecutable", "#!/bin/sh\n", 0644, "(EACCES)"},
                                           NoProgram{"NoProgramAtAll", "hello\n", 0755, "(ENOEXEC)"},
                                           NoProgram{"OfAnotherMachine", foreignProgram(), 0755, "(ENOEXEC)"},
                                           NoProgram{"WithoutItsInterpreter", "#!/no/such/shell\n", 0755, "(ENOENT)"}),
                         [](const auto& program) { return std::string(program.param.name); });

// Somebody has the file of the release open for writing.
TEST_F(Fault, Of2IsNamedForAFileThatIsBusy)
{
    ASSERT_TRUE(helloUnderLoad());
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return status().draining.empty(); }));
    const auto release = store().loadRelease(*store().loadState()->previous);
    ASSERT_TRUE(release);
    const auto file = store().releaseDirectory(release->key) / release->program;
    const os::UniqueFd busy(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(busy);

    Running person({BATON, {"baton", "rollback", "--state-dir", state.string()}}, scratch / "rollback.log");
    EXPECT_EQ(person.end(), 0);

    ASSERT_TRUE(baton->says("(ETXTBSY)"));
    EXPECT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault, Of3HangsBeforeItIsReadyAndIsKilledWithAllItsChildren)
{
    ASSERT_TRUE(helloUnderLoad({"--ready-timeout", "500ms"}));
    ASSERT_TRUE(takesBack("child\nwait"));
    const auto child = static_cast<pid_t>(std::stoi(baton->word("child ")));
    EXPECT_TRUE(eventually([child] { return ::kill(child, 0) != 0; }));
    oldServes("it was not ready within 500ms", Way::NotReady);
}

TEST_F(Fault, Of3WaitsAsLongAsItIsAskedTo)
{
    ASSERT_TRUE(helloUnderLoad({"--ready-timeout", "500ms"}));
    ASSERT_TRUE(update("1.1.0",
                       scratch.actor("1.1.0", "notify EXTEND_TIMEOUT_USEC=30000000\nsleep 1500\nready\nserve\nexit 0"),
                       "1.1.0 committed"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

// READY=1 and the end of its process lie there together when the supervisor looks.
TEST_F(Fault, Of4DeathWinsOverAReadyThatComesWithIt)
{
    const auto door = scratch / "door";
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    ASSERT_TRUE(helloUnderLoad());
    publish("1.1.0", scratch.actor("1.1.0", "await " + door.string() + "\nready\nexit 3"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 starts beside 1.0.0"));
    const auto candidate = status().candidate->pid;

    baton->signal(SIGSTOP);
    {
        const os::UniqueFd open(::open(door.c_str(), O_WRONLY | O_CLOEXEC));
    }
    ASSERT_TRUE(eventually(
        [&] { return readFile("/proc/" + std::to_string(candidate) + "/stat").find(") Z ") != std::string::npos; }));
    baton->signal(SIGCONT);

    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    EXPECT_EQ(baton->said().find("told to drain"), std::string::npos);
    oldServes("it ended with exit code 3 before it was ready", Way::EndedBeforeReady);
}

// The other order: its first process has ended when another one of it says READY=1.
TEST_F(Fault, Of4And11AReadyAfterTheEndIsOfNoUse)
{
    ASSERT_TRUE(helloUnderLoad());
    ASSERT_TRUE(takesBack("daemon\nsleep 300\nready\nserve"));
    EXPECT_EQ(baton->said().find("told to drain"), std::string::npos);
    EXPECT_TRUE(eventually([this] { return childrenOf(baton->pid()).size() == 2; })); // The program and the agent.
    oldServes("MAINPID=", Way::EndedBeforeReady);
}

TEST_F(Fault, Of11GoesOnWithTheProcessThatItNames)
{
    ASSERT_TRUE(helloUnderLoad());
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "daemon-main\nready\nserve\nexit 0"), "1.1.0 committed"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

// Somebody who is none of the candidate's: of our own user, and of another.
TEST_F(Fault, Of10DoesNotBelieveAStranger)
{
    ASSERT_TRUE(helloUnderLoad({"--ready-timeout", "2s"}));
    publish("1.1.0", scratch.actor("1.1.0", "wait"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 starts beside 1.0.0"));
    const auto socket = (state / "notify-2.sock").string();
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(os::notify(socket, "READY=1"));
    if (::geteuid() == 0) {
        const auto other = ::fork();
        if (other == 0) ::_exit(::setuid(65534) == 0 && os::notify(socket, "READY=1") ? 0 : 1);
        int code = 0;
        ::waitpid(other, &code, 0);
        EXPECT_NE(code, 0) << "another user reaches the socket";
    }

    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    const auto said = baton->said();
    const auto first = said.find("a readiness message was ignored");
    EXPECT_NE(first, std::string::npos);
    EXPECT_EQ(said.find("a readiness message was ignored", first + 1), std::string::npos);
    oldServes("it was not ready within 2s", Way::NotReady);
}

struct Fault15 : Fault {
    // Lost is what the old one held: a request on each connection, at the most.
    static constexpr std::uint64_t Held = 64 + 32;

    void oldDiesBeside(const std::string& lines)
    {
        ASSERT_TRUE(helloUnderLoad());
        publish("1.1.0", scratch.actor("1.1.0", lines));
        check();
        ASSERT_TRUE(baton->says("1.1.0 starts beside 1.0.0"));
        ::kill(before, SIGKILL);
    }
};

TEST_F(Fault15, HandsOnThoughTheOldOneDiesMeanwhile)
{
    ASSERT_NO_FATAL_FAILURE(oldDiesBeside("sleep 500\nready\nserve\nexit 0"));
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(isServing("1.1.0"));
    lost(Held);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault15, StartsTheOldOneAgainWhereTheCandidateFailsToo)
{
    ASSERT_NO_FATAL_FAILURE(oldDiesBeside("sleep 500\nexit 3"));
    ASSERT_TRUE(baton->says("going back to 1.0.0"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_NE(pid(), before);
    lost(Held);
    EXPECT_THAT(status().blocked.front().reason, HasSubstr("exit code 3"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
