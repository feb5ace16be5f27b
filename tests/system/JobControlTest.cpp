// Baton at a terminal, under shells with job control: the keyboard works as if it were not there.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Pty.h"
#include "tests/system/Successor.h"

#include <csignal>

namespace baton::system {
namespace {

constexpr const char* Good = "ready\nserve\nexit 0";

struct JobControl : Succeeded, ::testing::WithParamInterface<const char*> {
    void SetUp() override
    {
        if (!fs::exists(GetParam())) GTEST_SKIP() << "NOT RUN: there is no " << GetParam();
        shell.emplace(GetParam(), scratch / "shell.log");
        screen = &shell->terminal();
    }
    void TearDown() override
    {
        if (HasFailure() && screen != nullptr) std::cout << "---- the screen:\n" << screen->screen() << "\n----\n";
    }

    RunOptions program(const std::string& lines, std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }
    // One that reads the terminal has no listener: it is handed over by restart.
    RunOptions reader(const std::string& lines) const
    {
        auto options = program(lines);
        options.listen.clear();
        return options;
    }

    void begin(const RunOptions& options, const std::string& behind = "")
    {
        shell->run(commandFor(options), behind);
        ASSERT_TRUE(screen->shows("1.0.0 serves"));
        ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
        supervisor = supervisorOf(status().release->pid);
    }
    ::testing::AssertionResult updates(const std::string& version, const std::string& lines)
    {
        publish(version, scratch.actor(version, lines));
        check();
        return comesToServe(version);
    }

    static pid_t supervisorOf(pid_t program)
    {
        const auto stat = readFile("/proc/" + std::to_string(program) + "/stat");
        return static_cast<pid_t>(std::stol(stat.substr(stat.rfind(") ") + 4)));
    }
    pid_t program() const { return status().release->pid; }
    static bool isStopped(pid_t pid) { return stateOf(pid) == 'T'; }

    std::optional<Shell> shell;
    Pty* screen = nullptr;
    pid_t supervisor = 0;
};

TEST_P(JobControl, EndsByCtrlCWithTheCodeThatTheProgramWouldHave)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("ready\nwait")));

    screen->type(CtrlC);

    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, LeavesCtrlCToAProgramThatHasItsOwnWayWithIt)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("on 2 say not yet\nready\nserve\nexit 0")));

    screen->type(CtrlC);

    EXPECT_TRUE(screen->shows("not yet"));
    EXPECT_TRUE(updates("1.1.0", "on 2 exit 4\nready\nwait")) << "it goes on as before";
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(4));
}

TEST_P(JobControl, StopsByCtrlZAndGoesOnInForegroundAndBackground)
{
    ASSERT_NO_FATAL_FAILURE(begin(program(Good)));
    const auto pid = program();

    screen->type(CtrlZ);
    ASSERT_TRUE(screen->shows("Stopped"));
    EXPECT_TRUE(isStopped(pid));
    EXPECT_TRUE(isStopped(supervisor));

    shell->line("bg");
    EXPECT_TRUE(eventually([&] { return !isStopped(pid) && !isStopped(supervisor); }));
    EXPECT_TRUE(shell->isBackWith(0)) << "the shell has the keyboard";
    EXPECT_TRUE(updates("1.1.0", Good));

    const auto shellsOwn = screen->foreground();
    shell->line("fg");
    ASSERT_TRUE(eventually([&] { return screen->foreground() != shellsOwn; }));
    screen->type(CtrlZ);
    ASSERT_TRUE(screen->shows("Stopped"));
    shell->line("fg");
    EXPECT_TRUE(eventually([&] { return !isStopped(supervisor); }));
    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_TRUE(eventually([&] { return !isStopped(program()); }));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, LetsTheProgramReadTheTerminalAlsoAfterAHandOff)
{
    ASSERT_NO_FATAL_FAILURE(begin(reader("on 15 exit 0\nready\nread\nwait")));

    shell->line("one");
    EXPECT_TRUE(screen->shows("1.0.0 read one"));
    ASSERT_TRUE(updates("1.1.0", "on 15 exit 0\nready\nread\nread\nwait"));
    shell->line("two");
    EXPECT_TRUE(screen->shows("1.1.0 read two"));

    screen->type(CtrlZ);
    ASSERT_TRUE(screen->shows("Stopped"));
    shell->line("fg");
    shell->line("three");
    EXPECT_TRUE(screen->shows("1.1.0 read three"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, IsTheSameUnderABatonThatHasTakenOver)
{
    ASSERT_NO_FATAL_FAILURE(begin(reader("on 2 say not yet\non 15 exit 0\nready\nread\nread\nwait")));
    const auto pid = program();

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();

    shell->line("one");
    EXPECT_TRUE(screen->shows("1.0.0 read one"));
    screen->type(CtrlC);
    EXPECT_TRUE(screen->shows("not yet"));
    screen->type(CtrlZ);
    ASSERT_TRUE(screen->shows("Stopped"));
    EXPECT_TRUE(isStopped(pid) && isStopped(supervisor));
    shell->line("fg");
    EXPECT_TRUE(eventually([&] { return !isStopped(supervisor) && !isStopped(pid); }));
    ASSERT_TRUE(updates("1.1.0", "on 15 exit 0\nready\nread\nwait"));
    shell->line("two");
    EXPECT_TRUE(screen->shows("1.1.0 read two"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

// In the pause before a start nobody runs who could have the terminal.
TEST_P(JobControl, GivesTheTerminalToOneThatIsStartedAgainByABatonThatHasTakenOver)
{
    auto options = reader("ready\nread\nwait");
    options.options = {"--restart", "on-failure"};
    ASSERT_NO_FATAL_FAILURE(begin(options));
    const auto before = program();
    beginSlowUpgrade(supervisor);
    ::kill(before, SIGKILL);
    letItWork();
    ASSERT_TRUE(eventually([&] { return isServing("1.0.0") && program() != before; }));
    shell->line("one");

    EXPECT_TRUE(screen->shows("1.0.0 read one"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, LetsACandidateReadOnceItServesAlone)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("ready\nread\nserve\nexit 0")));
    shell->line("one");
    EXPECT_TRUE(screen->shows("1.0.0 read one"));

    ASSERT_TRUE(updates("1.1.0", "ready\nread\nserve\nexit 0"));
    shell->line("two");

    EXPECT_TRUE(screen->shows("1.1.0 read two"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, GivesTheTerminalToOneThatWasBroughtToTheForeground)
{
    ASSERT_NO_FATAL_FAILURE(begin(reader("ready\nsleep 300\nread\nwait"), " &"));
    EXPECT_TRUE(eventually([this] { return isStopped(supervisor); })) << "it wants to read, and is in the background";
    EXPECT_TRUE(shell->isBackWith(0));

    shell->line("fg");
    EXPECT_TRUE(eventually([this] { return !isStopped(supervisor); }));
    EXPECT_TRUE(eventually([this] { return !isStopped(program()); }));
    shell->line("one");

    EXPECT_TRUE(screen->shows("1.0.0 read one"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, TellsOfANewSizeOnceAndTheServingOneAlone)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("on 28 say old resized\nready\nserve\nexit 0")));
    screen->resize(50, 100);
    EXPECT_TRUE(screen->shows("old resized"));
    ASSERT_TRUE(updates("1.1.0", "on 28 say new resized\nready\nserve\nexit 0"));

    screen->resize(60, 120);

    EXPECT_TRUE(screen->shows("new resized"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
    EXPECT_EQ(screen->count("old resized"), 1U);
    EXPECT_EQ(screen->count("new resized"), 1U);
}

TEST_P(JobControl, StopsAndGoesOnAsPartOfAPipeline)
{
    const std::string before = "sleep 1000 | ";
    auto command = commandFor(program(Good));
    shell->line(before + "\\");
    shell->run(command, " 2>&1 | cat");
    ASSERT_TRUE(screen->shows("1.0.0 serves"));
    const auto pid = program();

    screen->type(CtrlZ);
    ASSERT_TRUE(screen->shows("Stopped"));
    EXPECT_TRUE(eventually([&] { return isStopped(pid); }));
    shell->line("fg");
    EXPECT_TRUE(eventually([&] { return !isStopped(pid); }));

    EXPECT_TRUE(comesToServe("1.0.0"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
    EXPECT_TRUE(eventually([&] { return stateOf(pid) == '?'; }));
}

TEST_P(JobControl, LetsAnotherOfThePipelineHaveTheKeyboard)
{
    shell->run(commandFor(program(Good)), " 2>&1 | (read a </dev/tty; echo got-$a; cat)");
    ASSERT_TRUE(eventually([this] { return fs::exists(store().controlSocket()); }));
    ASSERT_TRUE(comesToServe("1.0.0"));

    shell->line("words");

    EXPECT_TRUE(screen->shows("got-words"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(JobControl, EndsWhenTheTerminalIsClosed)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("ready\nwait")));

    screen->hangUp();

    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); })) << "SIGHUP ended the program, and Baton with it";
}

// Fault 29: nobody is at the terminal any more, or it takes nothing. Nothing waits for it.
struct Fault29 : JobControl {};

TEST_P(Fault29, ATerminalThatIsClosedHoldsNothingUp)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("on 1 say hung up\nready\nserve\nexit 0")));
    const auto address = screen->screen().substr(screen->screen().find("listening on web=") + 17);
    web = address.substr(0, address.find_first_of(" \r\n"));
    Clients clients(scratch, web, {"--new", "64"});

    screen->hangUp();

    EXPECT_TRUE(updates("1.1.0", Good));
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U) << count.report;
    EXPECT_EQ(count.failed, 0U) << count.report;
    ::kill(supervisor, SIGTERM);
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

TEST_P(Fault29, ATerminalThatTakesNothingHoldsNothingUp)
{
    ASSERT_NO_FATAL_FAILURE(begin(program(Good)));
    const auto before = screen->screen().size();

    screen->type(CtrlS);
    ASSERT_TRUE(updates("1.1.0", Good));
    ASSERT_TRUE(updates("1.2.0", Good));
    EXPECT_LE(screen->screen().size(), before + 100);
    screen->type(CtrlQ);

    ASSERT_TRUE(updates("1.3.0", Good));
    EXPECT_TRUE(screen->shows("1.3.0 committed"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

TEST_P(Fault29, ATerminalThatStopsWhoWritesFromTheBackgroundStopsNobody)
{
    shell->line("stty tostop");
    ASSERT_NO_FATAL_FAILURE(begin(program(Good)));

    EXPECT_TRUE(updates("1.1.0", Good));

    EXPECT_TRUE(screen->shows("1.1.0 committed"));
    screen->type(CtrlC);
    EXPECT_TRUE(shell->isBackWith(128 + SIGINT));
}

constexpr const char* Bash = "/bin/bash";
constexpr const char* Dash = "/bin/dash";

std::string nameOf(const ::testing::TestParamInfo<const char*>& shell) { return std::string(shell.param).substr(5); }

INSTANTIATE_TEST_SUITE_P(under, JobControl, ::testing::Values(Bash, Dash), nameOf);
INSTANTIATE_TEST_SUITE_P(under, Fault29, ::testing::Values(Bash, Dash), nameOf);

} // namespace
} // namespace baton::system
