// Another Baton takes over in each state of a hand-off, and that goes on and ends as it would have: fault 32.
// SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "tests/system/Successor.h"

#include <sys/stat.h>

#include <csignal>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* Server = "ready\nserve\nexit 0";

struct Fault32 : Succeeded {
    Fault32() : other(anotherBaton("other")), door(scratch / "door") { ::mkfifo(door.c_str(), 0600); }

    ::testing::AssertionResult servesActor(std::string_view lines, std::vector<std::string> options,
                                           const std::string& probation = "100ms")
    {
        auto result =
            serves({{scratch.actor("1.0.0", lines).string()}, std::move(options), {"web=127.0.0.1:0"}, probation});
        clients.emplace(scratch, web, std::vector<std::string>{"--new", "64"});
        return result;
    }
    ::testing::AssertionResult servesHello(std::vector<std::string> options, const std::string& probation)
    {
        auto result =
            serves({{scratch.copyOf(HELLO, "1.0.0").string()}, std::move(options), {"web=127.0.0.1:0"}, probation});
        clients.emplace(scratch, web, std::vector<std::string>{"--new", "64", "--kept", "64", "--connections", "8"});
        return result;
    }
    void offer(const fs::path& payload, const std::string& version = "1.1.0")
    {
        publish(version, payload);
        check();
    }
    ::testing::AssertionResult isIn(const std::string& wanted) const
    {
        std::string last;
        if (eventually([&] { return (last = stateNow()) == wanted; })) return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "the state is " << last;
    }
    std::string stateNow() const
    try {
        return status().state;
    } catch (const std::system_error& error) {
        return error.what(); // It does not listen yet.
    }
    // In this very state, and it still is the state behind it.
    void takeOverIn(const std::string& wanted)
    {
        ASSERT_TRUE(isIn(wanted));
        ASSERT_EQ(upgrade(other), 0) << upgradeSaid();
        ASSERT_EQ(executable(), other.parent_path() / "baton-supervisor");
        ASSERT_TRUE(isIn(wanted)) << "the test is too slow for what it says";
    }
    void openDoor() const
    {
        Running opener({"/bin/sh", {"sh", "-c", "echo > " + door.string()}}, scratch / "opener.log");
        EXPECT_EQ(opener.end(), 0);
    }
    void lostNothing()
    {
        const auto count = clients->stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
        EXPECT_TRUE(stateIsWhole());
    }

    fs::path other;
    fs::path door;
    std::optional<Clients> clients;
};

TEST_F(Fault32, StartingBesideGoesOnToTheCommit)
{
    ASSERT_TRUE(servesActor(Server, {}));
    offer(scratch.actor("1.1.0", "await " + door.string() + "\nready\nserve\nexit 0"));

    takeOverIn("starting");
    openDoor();

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, StartingBesideEndsAtItsTime)
{
    ASSERT_TRUE(servesActor(Server, {"--ready-timeout", "8s"}));
    offer(scratch.actor("1.1.0", "wait"));

    takeOverIn("starting");

    EXPECT_TRUE(baton->says("1.1.0 taken back: it was not ready within 8s"));
    EXPECT_TRUE(isServing("1.0.0"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, ProbationBesideGoesOnToTheCommit)
{
    ASSERT_TRUE(servesHello({"--probation-alone", "100ms"}, "8s"));
    offer(scratch.copyOf(HELLO, "1.1.0"));

    takeOverIn("probationBeside");

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, ProbationBesideIsTakenBackWhenTheCandidateDies)
{
    ASSERT_TRUE(servesActor(Server, {}, "20s"));
    const auto before = pidOfRelease();
    offer(scratch.actor("1.1.0", "ready\nwait")); // It accepts nothing, so nothing of it is lost.

    takeOverIn("probationBeside");
    ::kill(status().candidate->pid, SIGKILL);

    EXPECT_TRUE(baton->says("1.1.0 taken back: it ended with signal 9 (SIGKILL) on probation"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(pidOfRelease(), before);
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, ProbationAloneGoesOnToTheCommit)
{
    ASSERT_TRUE(servesHello({"--probation-alone", "8s"}, "0s"));
    offer(scratch.copyOf(HELLO, "1.1.0"));

    takeOverIn("probationAlone");

    EXPECT_EQ(status().draining.size(), 1U) << "the old one stands by";
    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, ProbationAloneGoesBackToTheOneThatStandsBy)
{
    ASSERT_TRUE(servesHello({"--probation-alone", "20s"}, "0s"));
    const auto before = pidOfRelease();
    offer(scratch.copyOf(HELLO, "1.1.0"));

    takeOverIn("probationAlone");
    clients->stop(); // What the candidate holds dies with it.
    ::kill(status().candidate->pid, SIGKILL);

    EXPECT_TRUE(baton->says("going back to 1.0.0, which stood by"));
    EXPECT_TRUE(eventually([this] { return bool(isServing("1.0.0")); }));
    EXPECT_EQ(pidOfRelease(), before);
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, SwitchingGoesOnToTheCommit)
{
    ASSERT_TRUE(servesActor("ready\nserve\nawait " + door.string() + "\nexit 0", {"--handoff", "restart"}));
    offer(scratch.actor("1.1.0", Server));

    takeOverIn("switching");
    openDoor();

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, RollingBackGoesOnUntilTheOldOneServes)
{
    const auto lines = "await " + door.string() + "\nready\nserve\nexit 0";
    start({{scratch.actor("1.0.0", lines).string()}, {"--handoff", "restart"}, {"web=127.0.0.1:0"}, "20s"});
    ASSERT_TRUE(baton->says("listening on "));
    openDoor();
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    offer(scratch.actor("1.1.0", "ready\nwait"));
    ASSERT_TRUE(isIn("probationAlone"));
    ::kill(status().candidate->pid, SIGKILL);

    takeOverIn("rollingBack");
    openDoor();

    EXPECT_TRUE(isIn("serving"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, StartingAgainAfterAPauseGoesOn)
{
    start({{scratch.actor("1.0.0", "await " + door.string() + "\nready\nserve\nexit 0").string()},
           {"--restart", "on-failure"}});
    ASSERT_TRUE(baton->says("listening on "));
    openDoor();
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    ::kill(pidOfRelease(), SIGKILL);

    takeOverIn("starting");
    openDoor();

    EXPECT_TRUE(isIn("serving"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, StartingForTheFirstTimeGoesOn)
{
    start({{scratch.actor("1.0.0", "await " + door.string() + "\nready\nserve\nexit 6").string()}});
    ASSERT_TRUE(baton->says("listening on "));

    takeOverIn("starting");
    openDoor();

    EXPECT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_EQ(stop(), 6);
}

TEST_F(Fault32, AnOldOneThatDrainsIsEndedAtItsTime)
{
    RunOptions options{{scratch.actor("1.0.0", "ready\nserve\nwait").string()}};
    options.drain = "8s";
    ASSERT_TRUE(serves(options));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Server), "1.1.0 committed"));
    ASSERT_EQ(status().draining.size(), 1U);

    takeOverIn("serving");

    EXPECT_EQ(status().draining.size(), 1U);
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with signal 9 (SIGKILL)"));
    EXPECT_TRUE(status().draining.empty());
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, StoppingEndsWithTheProgramsCode)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve\nawait " + door.string() + "\nexit 9").string()}}));
    baton->signal(SIGTERM);

    takeOverIn("stopping");
    openDoor();

    EXPECT_EQ(baton->end(), 9);
}

TEST_F(Fault32, EmptyTakesTheFirstReleaseWhenItComes)
{
    start({{"{release}/server"}});
    ASSERT_TRUE(baton->says("listening on "));
    takeOverIn("empty");

    const auto program = scratch.actor("1.1.0", Server);
    fs::create_directories(scratch / "tree");
    fs::copy_file(program, scratch / "tree/server");
    offer(scratch.pack(scratch / "tree", "app-1.1.0.tar.zst"));

    EXPECT_TRUE(baton->says("1.1.0 serves"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, AnUpdateThatWaitsGoesOn)
{
    ASSERT_TRUE(servesActor(Server, {}));
    control::ask(store().controlSocket(), "hold");
    offer(scratch.actor("1.1.0", Server));
    ASSERT_TRUE(eventually([this] { return status().offered.has_value(); }));

    takeOverIn("serving");
    EXPECT_TRUE(status().offered.has_value()) << "what the agent told is known still";
    EXPECT_TRUE(status().hold.has_value());
    control::ask(store().controlSocket(), "resume");
    check();

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    lostNothing();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, AMainProcessThatWasNamedIsFollowedStill)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "daemon-main\nready\nserve\nexit 5").string()}}));

    takeOverIn("serving");

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "daemon-main\nready\nserve\nexit 7"), "1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 5"));
    EXPECT_EQ(stop(), 7);
}

TEST_F(Fault32, AWatchdogGoesOn)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()}, {"--watchdog", "2s"}}));

    takeOverIn("serving");
    ::kill(pidOfRelease(), SIGSTOP);

    EXPECT_TRUE(baton->says("missed its watchdog of 2s"));
    EXPECT_EQ(baton->end(), 128 + SIGABRT);
}

TEST_F(Fault32, AUnixPathIsGuardedStill)
{
    const auto path = (scratch / "web.sock").string();
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()}, {}, {"web=unix:" + path}}));

    takeOverIn("serving");
    fs::remove(path);

    EXPECT_TRUE(baton->says("was taken away by a program; it is back"));
    EXPECT_TRUE(fs::is_socket(path));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "harm unlink\nready\nserve\nexit 0"), "1.1.0 committed"));
    EXPECT_TRUE(eventually([&] { return fs::is_socket(path); }));
    EXPECT_EQ(stop(), 0);
    EXPECT_THAT(baton->said(), Not(HasSubstr("bound anew")));
}

TEST_F(Fault32, AListenerThatIsShutDownTakesTheCandidateBackStill)
{
    ASSERT_TRUE(servesActor(Server, {}, "20s"));
    offer(scratch.actor("1.1.0", "await " + door.string() + "\nharm shutdown\nready\nserve\nexit 0"));

    takeOverIn("starting");
    openDoor();

    EXPECT_TRUE(baton->says("1.1.0 taken back: web was shut down by a program that has it, for all others too"));
    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault32, OrphansOfAKilledBatonAreEndedAtTheirTime)
{
    RunOptions options{{scratch.actor("1.0.0", "ready\nserve\nwait").string()}};
    options.drain = "8s";
    ASSERT_TRUE(serves(options));
    baton->signal(SIGKILL);
    baton->end();
    restart();
    ASSERT_TRUE(baton->says("1.0.0 (generation 1) told to drain"));

    takeOverIn("serving");

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended"));
    EXPECT_EQ(ask(), "1.0.0\n");
    ::kill(pidOfRelease(), SIGKILL); // This one does not end by itself either.
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

} // namespace
} // namespace baton::system
