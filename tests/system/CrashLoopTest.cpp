// A release that was committed and dies again and again: after the commit that is the one reason to take it back.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <csignal>
#include <string>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";
constexpr const char* DiesAfterItsCommit = "ready\nsleep 900\nexit 7";

struct CrashLoop : Relay {
    // What a process manager sees: Baton has ended with the program's code.
    int ends() { return baton->end(); }

    void servesAndCommitsWhatDies(const std::vector<std::string>& options)
    {
        ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}, options}));
        ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", DiesAfterItsCommit), "1.1.0 committed"));
    }
    const std::vector<std::string> both{"rolledBack 1.1.0 from 1.0.0 code 44", "committed 1.1.0 from 1.0.0"};
};

TEST_F(CrashLoop, IsCountedOverBatonsOwnRestartsAndTakenBack)
{
    ASSERT_NO_FATAL_FAILURE(servesAndCommitsWhatDies({}));
    EXPECT_EQ(ends(), 7);
    restart();
    EXPECT_EQ(ends(), 7);
    restart();

    ASSERT_TRUE(
        baton->says("1.1.0 taken back: it died 3 times within 1m of its start, the last time with exit code 7"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));

    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "rolledBack 1.1.0 from 1.0.0 code 44"));
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_THAT(status().blocked.front().reason, HasSubstr("it died 3 times"));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0", "3/0 1.1.0 code 44/9"}));
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
}

TEST_F(CrashLoop, IsStartedAgainWhereThatIsWantedAndTakenBackInTheSameProcess)
{
    ASSERT_NO_FATAL_FAILURE(servesAndCommitsWhatDies({"--restart", "on-failure"}));

    ASSERT_TRUE(baton->says("1.1.0: it ended with exit code 7; again in 200ms"));
    ASSERT_TRUE(baton->says("1.1.0 taken back: it died 3 times"));

    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(CrashLoop, OfAReleaseBeforeIsNotHeldAgainstTheNextOne)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}, {"--restart", "on-failure"}}));
    const auto dies = [this](const std::string& version, const std::string& again) {
        const auto pid = status().release->pid;
        ::kill(pid, SIGKILL);
        ASSERT_TRUE(baton->says(version + ": it ended with signal 9 (SIGKILL); again in " + again));
        ASSERT_TRUE(eventually([&] { return isServing(version) && status().release->pid != pid; }));
    };
    for (const auto* again : {"200ms", "400ms", "800ms"}) ASSERT_NO_FATAL_FAILURE(dies("1.0.0", again));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));

    ASSERT_NO_FATAL_FAILURE(dies("1.1.0", "200ms"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(CrashLoop, OfTheOnlyReleaseEndsBatonWithItsCodeAfterTheLastTry)
{
    start({{scratch.actor("1.0.0", "ready\nsleep 20\nexit 7").string()}, {"--restart", "on-failure"}});

    EXPECT_EQ(ends(), 7);
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 did not start in 5 tries; Baton ends"));
}

TEST_F(CrashLoop, IsGivenAllItsTriesThoughAPauseIsLongerThanTheTimeToGetReady)
{
    start({{scratch.actor("1.0.0", "ready\nsleep 20\nexit 7").string()},
           {"--restart", "on-failure", "--ready-timeout", "1500ms"}});

    ends();

    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 did not start in 5 tries; Baton ends"));
    EXPECT_EQ(store().loadState()->lastGeneration, 5);
}

TEST_F(CrashLoop, IsNotWhatSomebodyEnded)
{
    for (int i = 0; i < 4; ++i) {
        if (i == 0)
            start({{scratch.actor("1.0.0", "ready\nsleep 20\nexit 0").string()}});
        else
            restart();
        EXPECT_EQ(ends(), 0);
    }
    EXPECT_FALSE(store().loadState()->crashes);
}

} // namespace
} // namespace baton::system
