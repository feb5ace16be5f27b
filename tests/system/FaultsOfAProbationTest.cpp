// The fault table, rows 5-9: a candidate that fails once it is ready, and a previous release that fails too.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Fault.h"

#include <chrono>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";
// What a process of the actor's holds at a time: it answers one request after the other, and those of a moment lie in
// its sockets.
constexpr std::uint64_t InFlight = 16;

struct OnProbation : Fault {
    // Something that knows no BATON_CHANNEL serves; what is let go is gone.
    ::testing::AssertionResult actorUnderLoad(std::vector<std::string> options, const std::string& lines = Good)
    {
        return underLoad({{scratch.actor("1.0.0", lines).string()}, std::move(options), {"web=127.0.0.1:0"}, "300ms"});
    }
    static std::vector<std::string> probed()
    {
        return {"--probe-listen", "probe", "--health", "http:/healthz", "--probation-alone", "20s"};
    }
};

TEST_F(OnProbation, Fault5DiesBesideTheOldOne)
{
    ASSERT_TRUE(helloUnderLoad({}, "20s"));
    ASSERT_TRUE(takesBack("after 700 exit 3\nready\nserve\nexit 0"));
    EXPECT_EQ(baton->said().find("told to drain"), std::string::npos);
    oldServes("it ended with exit code 3 on probation", Way::EndedOnProbation, InFlight);
}

TEST_F(OnProbation, Fault5IsNeverTriedAgain)
{
    ASSERT_TRUE(helloUnderLoad({}, "20s"));
    ASSERT_TRUE(takesBack("after 300 kill 11\nready\nserve\nexit 0"));
    check();
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/0 1.1.0 code 44/5", "3/9 1.1.0 code 35"}));
    EXPECT_TRUE(isServing("1.0.0"));
    lost(InFlight);
    EXPECT_EQ(stop(), 0);
}

TEST_F(OnProbation, Fault6DiesWhenTheOldOneIsGone)
{
    ASSERT_TRUE(actorUnderLoad({"--probation-alone", "20s"}));
    ASSERT_TRUE(takesBack("after 1500 exit 3\nready\nserve\nexit 0"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_NE(pid(), before) << "from disk";
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    lost(InFlight);
    EXPECT_EQ(stop(), 0);
}

TEST_F(OnProbation, Fault6DiesAfterAHandOffByRestart)
{
    ASSERT_TRUE(actorUnderLoad({"--handoff", "restart", "--probation-alone", "20s"}));
    ASSERT_TRUE(takesBack("after 500 exit 3\nready\nserve\nexit 0"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_THAT(baton->said(), HasSubstr("nobody accepted for "));
    EXPECT_TRUE(status().gapMilliseconds) << "how long clients waited is shown";
    lost(InFlight);
    EXPECT_EQ(stop(), 0);
}

// The old one stands by: it takes up accepting again, and only what the candidate held is lost.
TEST_F(OnProbation, Fault6DiesWhileTheOldOneStandsBy)
{
    ASSERT_TRUE(helloUnderLoad({"--probation-alone", "20s"}));
    ASSERT_TRUE(takesBack("after 1500 exit 3\nready\nserve\nexit 0"));
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 told to drain, and stands by"));
    oldServes("it ended with exit code 3 on probation", Way::EndedOnProbation, InFlight);
}

TEST_F(OnProbation, Fault7BatonEndsWithTheProgramsCodeWhereThePreviousReleaseFailsToo)
{
    const auto broken = scratch / "broken";
    ASSERT_TRUE(
        actorUnderLoad({"--probation-alone", "20s"}, "if " + broken.string() + " exit 9\nready\nserve\nexit 0"));
    scratch.write("broken", "");
    ASSERT_TRUE(takesBack("after 1000 exit 3\nready\nserve\nexit 0"));

    EXPECT_EQ(baton->end(), 9);

    const auto said = baton->said();
    for (const auto* pause : {"200ms", "400ms", "800ms", "1600ms"})
        EXPECT_THAT(said, HasSubstr(std::string("again in ") + pause));
    EXPECT_THAT(said, HasSubstr("1.0.0 did not start in 5 tries; Baton ends"));
    const auto written = *store().loadState();
    EXPECT_EQ(written.current->version, "1.0.0");
    ASSERT_EQ(written.blocked.size(), 1U) << "the release before is not to blame for Baton's end";
    EXPECT_EQ(written.blocked.front().key.version, "1.1.0");
}

TEST_F(OnProbation, Fault7ServesAgainWhereThePreviousReleaseFailsOnlyOnce)
{
    const auto broken = scratch / "broken";
    ASSERT_TRUE(
        actorUnderLoad({"--probation-alone", "20s"}, "if " + broken.string() + " exit 9\nready\nserve\nexit 0"));
    scratch.write("broken", "");
    ASSERT_TRUE(takesBack("after 1000 exit 3\nready\nserve\nexit 0"));
    ASSERT_TRUE(baton->says("again in 200ms"));
    fs::remove(broken);

    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    lost(InFlight);
    EXPECT_EQ(stop(), 0);
}

// A candidate that turns bad is found within a second by Baton's clock (HealthWatchTest has that clock in its hands).
// How long such a second is on a busy machine is measured, from before the candidate was there until it was gone, and
// in that time it gets no more than what is asked anew.
struct UnderAProbe : OnProbation {
    void isFoundBadOf(const std::string& lines)
    {
        ASSERT_TRUE(helloUnderLoad(probed(), "20s"));
        const auto begun = Clock::now();
        ASSERT_TRUE(takesBack(lines));
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
        const auto newMeanwhile = static_cast<std::uint64_t>(NewASecond * took.count() / 1000);
        oldServes("it failed 2 health questions in a row", Way::Unhealthy, newMeanwhile + InFlight);
    }
    // Of one that is bad from the moment at which it is ready: none was asked in vain.
    void isFoundByTheFirstQuestions() const
    {
        const auto said = baton->said();
        for (const std::string question : {"health question 1 of 2 failed", "health question 2 of 2 failed"})
            EXPECT_EQ(said.find(question), said.rfind(question)) << question << ", and only once";
    }

    using Clock = std::chrono::steady_clock;
};

TEST_F(UnderAProbe, Fault8AcceptsAndNeverAnswers)
{
    isFoundBadOf("health 0\nstatus 0\nready\nserve\nexit 0");
    isFoundByTheFirstQuestions();
    EXPECT_THAT(baton->said(), HasSubstr("no answer within 300ms"));
}

TEST_F(UnderAProbe, Fault8StandsStill) { isFoundBadOf("after 100 kill 19\nready\nserve\nexit 0"); }

// Nobody asks it, and it takes nothing from the queue: that is seen once it serves alone.
TEST_F(OnProbation, Fault8IsSeenInTheQueueWhereNobodyAsks)
{
    ASSERT_TRUE(helloUnderLoad({"--probation-alone", "20s"}));
    ASSERT_TRUE(takesBack("ready\nwait"));
    oldServes("nobody accepts on web: ", Way::NobodyAccepts);
}

// After the commit it is an error in the log, and no more.
TEST_F(OnProbation, Fault8IsSeenInTheQueueForAMinuteAfterTheCommit)
{
    ASSERT_TRUE(helloUnderLoad({"--probation-alone", "100ms"}, "100ms"));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "after 900 kill 19\nready\nserve"), "1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.1.0 is committed and is left as it is"));
    EXPECT_THAT(baton->said(), HasSubstr("nobody accepts on web"));
    ::kill(pid(), SIGKILL);
    clients->stop();
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

TEST_F(UnderAProbe, Fault9AnswersWithErrors)
{
    isFoundBadOf("health 500\nstatus 500\nready\nserve\nexit 0");
    isFoundByTheFirstQuestions();
}

} // namespace
} // namespace baton::system
