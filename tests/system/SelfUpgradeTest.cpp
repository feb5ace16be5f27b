// Another Baton takes over from the one that runs, in its place: same process, same children, same sockets, and no
// client sees anything of it. SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "client/core/ProductVersion.h"
#include "tests/system/Successor.h"

#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct SelfUpgrade : Succeeded {
    ::testing::AssertionResult servesHello(const std::string& probation = "100ms")
    {
        return serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, probation});
    }
};

TEST_F(SelfUpgrade, LosesNoRequestAndKeepsProcessAndChildren)
{
    const auto other = anotherBaton("other");
    ASSERT_TRUE(servesHello());
    const auto before = pidOfRelease();
    Clients clients(scratch, web, {"--new", "150", "--kept", "150", "--connections", "16"});

    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();
    EXPECT_THAT(upgradeSaid(), HasSubstr("has taken over from"));
    EXPECT_EQ(executable(), other.parent_path() / "baton-supervisor");
    EXPECT_EQ(pidOfRelease(), before);
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    ASSERT_EQ(upgrade(BATON), 0) << upgradeSaid();
    EXPECT_TRUE(isServing("1.1.0"));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(HELLO, "1.2.0"), "1.2.0 committed"));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "committed 1.2.0 from 1.1.0"));
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(livingOrphans(), ElementsAre());
}

TEST_F(SelfUpgrade, TakesWhatIsInstalledNowWhereTheRunningOneCameFrom)
{
    ASSERT_TRUE(servesHello());
    const auto before = executable();

    ASSERT_EQ(upgrade({}, {"--json"}), 0) << upgradeSaid();

    EXPECT_EQ(executable(), before);
    EXPECT_THAT(upgradeSaid(), HasSubstr("{\"accepted\":true,\"executable\":\"" + before.string() + "\",\"from\":\""));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SelfUpgrade, FiftyTimesInARowLeavesNothingBehind)
{
    const auto other = anotherBaton("other");
    ASSERT_TRUE(servesHello());
    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();
    ASSERT_TRUE(eventually([this] { return childrenOf(baton->pid()).size() == 2; })) << "program and agent";
    const auto open = openDescriptors();
    Clients clients(scratch, web, {"--new", "100", "--kept", "100", "--connections", "16"});

    for (int i = 0; i < 50 && !HasFailure(); ++i) {
        beginUpgrade(i % 2 == 0 ? fs::path(BATON) : other);
        EXPECT_EQ(status().state, "serving") << i;
    }
    const auto count = clients.stop();

    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(eventually([&] { return childrenOf(baton->pid()).size() == 2; })) << "no zombie, no second agent";
    EXPECT_TRUE(eventually([&] { return openDescriptors() == open; })) << openDescriptors() << ", before " << open;
    EXPECT_EQ(stop(), 0);
}

struct InBetween : SelfUpgrade {};

TEST_F(InBetween, CommandsWaitForTheirAnswer)
{
    ASSERT_TRUE(servesHello());
    beginSlowUpgrade();
    Running asks({BATON, {"baton", "status", "--state-dir", state.string()}}, scratch / "status.log");
    ASSERT_TRUE(eventually([this] { return waitingCommands() == 1; }));

    letItWork();

    EXPECT_EQ(asks.end(), 0);
    EXPECT_THAT(asks.said(), HasSubstr("serving"));
    EXPECT_EQ(control::ask(store().controlSocket(), "upgraded").substr(0, 17), "{\"accepted\":true,");
    EXPECT_EQ(stop(), 0);
}

TEST_F(InBetween, AnEndIsFound)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve\nexit 7").string()}}));
    const auto program = pidOfRelease();
    beginSlowUpgrade();

    ::kill(program, SIGTERM);
    ASSERT_TRUE(eventually([&] { return readFile("/proc/" + std::to_string(program) + "/cmdline").empty(); }));
    letItWork();

    EXPECT_EQ(baton->end(), 7) << "the program's code is Baton's";
}

TEST_F(InBetween, SignalsAreFoundInTheirOrder)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "on 10 say told\nready\nserve\nexit 3").string()}}));
    beginSlowUpgrade();

    baton->signal(SIGUSR1);
    baton->signal(SIGTERM);
    letItWork();

    EXPECT_EQ(baton->end(), 3);
    EXPECT_THAT(baton->said(), HasSubstr("told\n"));
}

TEST_F(InBetween, ReadinessIsFound)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve").string()}}));
    const auto start = scratch / "start";
    ASSERT_EQ(::mkfifo(start.c_str(), 0600), 0);
    publish("1.1.0", scratch.actor("1.1.0", "await " + start.string() + "\nready\nsay said\nserve"));
    check();
    ASSERT_TRUE(eventually([this] { return status().state == "starting"; }));
    beginSlowUpgrade();

    std::ofstream(start) << "go\n";
    ASSERT_TRUE(baton->says("said\n"));
    letItWork();

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(InBetween, AMainProcessThatIsNamedIsFound)
{
    const auto name = scratch / "name";
    ASSERT_EQ(::mkfifo(name.c_str(), 0600), 0);
    const auto lines = "ready\nawait " + name.string() + "\ndaemon-main\nsay named\nserve\nexit 6";
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", lines).string()}}));
    beginSlowUpgrade();

    std::ofstream(name) << "go\n";
    ASSERT_TRUE(baton->says("named\n"));
    letItWork();

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) goes on as pid "));
    EXPECT_EQ(stop(), 6);
}

TEST_F(InBetween, APathThatIsTakenAwayForGoodIsFound)
{
    const auto path = scratch / "web";
    ASSERT_TRUE(serves(
        {{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()}, {}, {"web=unix:" + path.string()}, "100ms"}));
    beginSlowUpgrade();

    fs::remove(scratch / ".web.baton-kept");
    fs::remove(path);
    letItWork();

    ASSERT_TRUE(baton->says("1.0.0 is to be started anew, for a socket by which it can be reached"));
    EXPECT_TRUE(eventually([&] { return errorOfConnecting(path.string()) == 0; }));
    EXPECT_TRUE(baton->says("1.0.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(InBetween, MoreTimeThatWasAskedForIsGiven)
{
    const auto ask = scratch / "ask";
    const auto start = scratch / "start";
    ASSERT_EQ(::mkfifo(ask.c_str(), 0600), 0);
    ASSERT_EQ(::mkfifo(start.c_str(), 0600), 0);
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve").string()}, {"--ready-timeout", "8s"}}));
    publish("1.1.0", scratch.actor("1.1.0", "await " + ask.string() +
                                                "\nnotify EXTEND_TIMEOUT_USEC=600000000\nsay asked\nawait " +
                                                start.string() + "\nready\nserve"));
    check();
    ASSERT_TRUE(eventually([this] { return status().state == "starting"; }));
    beginSlowUpgrade();

    std::ofstream(ask) << "go\n";
    ASSERT_TRUE(baton->says("asked\n"));
    letItWork();
    ASSERT_TRUE(eventually([this] { return status().state == "starting"; }));
    ASSERT_EQ(upgrade(BATON), 0) << "and is remembered: " << upgradeSaid();
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > begun + std::chrono::seconds(8); }));
    std::ofstream(start) << "go\n";

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SelfUpgrade, ComesByASignalWhereThatIsSaidAndTheRulesStay)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "on 1 say got HUP\nready\nserve\nexit 0").string()},
                        {"--on-signal", "USR2=upgrade", "--on-signal", "USR1=HUP", "--on-signal", "WINCH=ignore"}}));
    const std::string line = "Baton " + std::string(productVersion()) + " has taken over from ";

    baton->signal(SIGUSR2);
    ASSERT_TRUE(baton->says(line));
    baton->signal(SIGWINCH);
    baton->signal(SIGUSR1);

    EXPECT_TRUE(baton->says("got HUP\n"));
    EXPECT_THAT(baton->said(), HasSubstr("SIGUSR2: upgrade\n"));
    baton->signal(SIGUSR2);
    EXPECT_TRUE(
        eventually([&] { return baton->said().find(line, baton->said().find(line) + 1) != std::string::npos; }));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SelfUpgrade, ThatASignalWantsAndThatFailsIsInTheLog)
{
    const auto gone = anotherBaton("gone");
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()}, {"--on-signal", "USR2=upgrade"}}));
    ASSERT_EQ(upgrade(gone), 0) << upgradeSaid();
    fs::remove(gone.parent_path() / "baton-supervisor");

    baton->signal(SIGUSR2);

    EXPECT_TRUE(baton->says("upgrade is refused: its try-out could not be started: "));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SelfUpgrade, IsGivenBackByOneThatFindsThatItCannot)
{
    const auto other = anotherBaton("other");
    ASSERT_TRUE(servesHello());
    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();
    const auto before = executable();
    const auto program = pidOfRelease();
    Clients clients(scratch, web, {"--new", "100", "--kept", "100", "--connections", "16"});

    // Its try-out is fine; then it finds no `baton` to play the other roles.
    const auto bad = slowBaton("bad", "rm \"$(dirname \"$0\")/real/baton\" " + other.string());
    EXPECT_EQ(upgrade(bad), 75);

    EXPECT_THAT(upgradeSaid(), HasSubstr("the Baton that runs goes on: baton is neither at"));
    EXPECT_EQ(executable(), before);
    EXPECT_EQ(pidOfRelease(), program);
    ASSERT_EQ(upgrade(BATON), 0) << upgradeSaid();
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

struct Bad {
    const char* name;
    std::string whenTakingOver;
    std::string whenTried;
    std::string says;
};

std::ostream& operator<<(std::ostream& out, const Bad& bad) { return out << bad.name; }

struct BadSuccessor : SelfUpgrade, ::testing::WithParamInterface<Bad> {};

TEST_P(BadSuccessor, DoesNotTakeOverAndTheOldOneGoesOn)
{
    const auto& bad = GetParam();
    ASSERT_TRUE(servesHello());
    const auto before = executable();
    const auto program = pidOfRelease();
    Clients clients(scratch, web, {"--new", "100", "--kept", "100", "--connections", "16"});

    EXPECT_EQ(upgrade(slowBaton("bad", bad.whenTakingOver, bad.whenTried)), 75);

    EXPECT_THAT(upgradeSaid(), HasSubstr("the Baton that runs goes on: " + bad.says));
    EXPECT_THAT(baton->said(), HasSubstr(bad.says));
    EXPECT_EQ(executable(), before);
    EXPECT_EQ(pidOfRelease(), program);
    ASSERT_EQ(upgrade(anotherBaton("good")), 0) << "a good one can still: " << upgradeSaid();
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Of, BadSuccessor,
    ::testing::Values(Bad{"NoBaton", "", "exit 0",
                          "its try-out failed: it ended with exit code 0 and did not say that it can; is it a Baton?"},
                      Bad{"OneThatFails", "", "exit 3", "its try-out failed: it ended with exit code 3"},
                      Bad{"OneThatDies", "", "kill -SEGV $$", "its try-out failed: it ended with signal 11"},
                      Bad{"OneThatCannotRead", "", "export BATON_SNAPSHOT=0",
                          "its try-out failed: the state of the running Baton cannot be read: it is no JSON object"},
                      Bad{"OneThatIsGone", "", "rm \"$0\"", "it could not be executed: No such file or directory"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(SelfUpgrade, IsRefusedForWhatIsNoExecutable)
{
    ASSERT_TRUE(servesHello());

    EXPECT_EQ(upgrade(scratch / "nothing"), 66);
    EXPECT_THAT(upgradeSaid(), HasSubstr("is no file that can be executed"));
    EXPECT_EQ(upgrade(scratch.write("text", "x")), 66);
    EXPECT_EQ(control::ask(store().controlSocket(), "upgrade-self relative"),
              "{\"error\":\"there is no executable of a whole path\"}\n");
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
