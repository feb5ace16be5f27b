// A person at the wheel: approvals, holds and windows, said with the command line to a Baton that runs.
// SPDX-License-Identifier: Apache-2.0
#include "client/core/Timestamp.h"
#include "client/os/SystemClock.h"
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view Good = "ready\nserve\nexit 0";

struct Steering : Relay {
    // `baton WORDS --state-dir …`: its exit code; what it says lies in `said`.
    int say(std::vector<std::string> words)
    {
        words.insert(words.begin(), "baton");
        words.insert(words.end(), {"--state-dir", state.string()});
        Running command({BATON, std::move(words)}, scratch / ("command-" + std::to_string(++commands)));
        const int code = command.end();
        said = command.said();
        return code;
    }

    bool becomes(const std::function<bool(const control::Status&)>& question) const
    {
        return eventually([&] { return question(status()); });
    }

    // One of an hour that is not now.
    static std::string closedWindow()
    {
        const auto time = printTimestamp(os::SystemClock().wall() + std::chrono::hours(6));
        const auto hour = time.substr(11, 2);
        return hour + ":00-" + hour + ":30 UTC";
    }

    RunOptions actor(std::vector<std::string> options) const
    {
        return {{scratch.actor("1.0.0", Good).string()}, std::move(options)};
    }

    std::string said;
    int commands = 0;
};

TEST_F(Steering, TakesAReleaseWhenAPersonApprovesIt)
{
    ASSERT_TRUE(serves(actor({"--approve", "manual"})));
    EXPECT_EQ(say({"approve"}), 75);
    publish("1.1.0", scratch.actor("1.1.0", Good));
    EXPECT_EQ(say({"update", "--wait"}), 75);
    EXPECT_THAT(said, HasSubstr("baton approve 1.1.0"));
    ASSERT_TRUE(status().offered);
    EXPECT_EQ(status().offered->version, "1.1.0");
    EXPECT_FALSE(status().attempt);

    EXPECT_EQ(say({"approve"}), 0) << said;

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(becomes([](const auto& now) { return !now.offered && !now.attempt; }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, HoldsBackWhatIsOfferedUntilAPersonResumesAlsoOverARestart)
{
    ASSERT_TRUE(serves(actor({})));
    EXPECT_EQ(say({"hold"}), 0) << said;
    publish("1.1.0", scratch.actor("1.1.0", Good));
    EXPECT_EQ(say({"update", "--wait"}), 75);
    ASSERT_EQ(stop(), 0);
    start();
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_TRUE(status().hold);

    EXPECT_TRUE(becomes([](const auto& now) { return now.offered.has_value(); }));
    EXPECT_EQ(say({"resume"}), 0) << said;

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_FALSE(status().hold);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, FetchesAtOnceAndWaitsForItsWindowUnlessAPersonAsks)
{
    publish("1.1.0", scratch.actor("1.1.0", Good));
    start(actor({"--window", closedWindow()}));
    ASSERT_TRUE(baton->says("1.1.0 waits: the hand-off waits for its window"));
    ASSERT_TRUE(becomes([](const auto& now) { return now.waiting && now.attempt && now.attempt->stage == "waiting"; }));
    EXPECT_FALSE(status().waiting->until.empty());
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0"}));
    EXPECT_TRUE(isServing("1.0.0"));

    EXPECT_EQ(say({"update", "--wait"}), 0) << said;

    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, ChecksOnlyInItsWindowUnlessAPersonAsks)
{
    start(actor({"--check-window", closedWindow()}));
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    ASSERT_TRUE(becomes([](const auto& now) { return now.state == "serving" && !now.nextCheck.empty(); }));
    EXPECT_EQ(status().nextCheckReason, "the check window opens");
    EXPECT_EQ(status().lastCheck, "");
    EXPECT_TRUE(server->requests().empty());

    publish("1.1.0", scratch.actor("1.1.0", Good));
    EXPECT_EQ(say({"update", "--wait"}), 0) << said;

    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, GoesBackToTheReleaseBeforeForGood)
{
    ASSERT_TRUE(serves(actor({})));
    EXPECT_EQ(say({"rollback"}), 75);
    EXPECT_THAT(said, HasSubstr("there is no release before the one that runs"));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    Clients clients(scratch, web, {"--new", "100"});

    EXPECT_EQ(say({"rollback"}), 0) << said;

    ASSERT_TRUE(baton->says("1.0.0 committed"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(isServing("1.0.0"));
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(status().blocked.front().reason, "a person took it back");
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "rolledBack 1.1.0 from 1.0.0 code 44"));
    check(); // The server offers it still.
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0", "3/0 1.1.0 code 44/10",
                         "3/9 1.1.0 code 35"}));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, TakesBackWhatIsOnProbation)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}, {}, {"web=127.0.0.1:0"}, "20s"}));
    publish("1.1.0", scratch.actor("1.1.0", Good));
    check();
    ASSERT_TRUE(baton->says("1.1.0 on probation beside 1.0.0"));

    EXPECT_EQ(say({"rollback"}), 0) << said;

    EXPECT_TRUE(baton->says("1.1.0 taken back: a person took it back"));
    EXPECT_TRUE(becomes([](const auto& now) { return now.state == "serving"; }));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

// It takes longer to leave than its probation lasts: what was taken back is not committed meanwhile.
TEST_F(Steering, TakesBackByRestartWhatDrainsBeyondItsProbation)
{
    ASSERT_TRUE(serves(actor({"--handoff", "restart", "--probation-alone", "2s"})));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nserve\nsleep 4000\nexit 0"), "1.1.0 serves alone"));

    EXPECT_EQ(say({"rollback"}), 0) << said;

    EXPECT_TRUE(baton->says("1.1.0 told to drain"));
    EXPECT_TRUE(baton->says("1.1.0 taken back: a person took it back"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_THAT(baton->said(), Not(HasSubstr("1.1.0 committed")));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, StartsTheSameReleaseAnewWithoutALineInTheHistory)
{
    ASSERT_TRUE(serves(actor({})));
    const auto before = status().release->pid;
    Clients clients(scratch, web, {"--new", "100"});

    EXPECT_EQ(say({"restart"}), 0) << said;

    ASSERT_TRUE(baton->says("1.0.0 committed"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_NE(status().release->pid, before);
    EXPECT_THAT(history(), ElementsAre());
    EXPECT_TRUE(status().blocked.empty());
    EXPECT_EQ(stop(), 0);
}

TEST_F(Steering, EndsWith64ForAWindowThatIsNone)
{
    for (const std::string window : {"Mon 5-7", "02:00-05:00 Mars/Olympus"}) {
        start(actor({"--window", window}));
        EXPECT_EQ(baton->end(), 64) << window;
        EXPECT_TRUE(baton->says("--window"));
    }
}

} // namespace
} // namespace baton::system
