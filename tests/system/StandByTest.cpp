// The old release drains and stands by while the new one serves alone: when that fails, the old one takes up accepting
// again, and nobody waits for a start. SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <csignal>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct StandBy : Relay {
    // Half a second each: what dies half a second after it is ready dies in the second half.
    ::testing::AssertionResult servesHello()
    {
        return serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, "400ms"});
    }
    int pid() const { return status().release ? status().release->pid : 0; }
};

TEST_F(StandBy, ServesAgainWhenTheCandidateDies)
{
    ASSERT_TRUE(servesHello());
    const auto before = pid();
    Clients fresh(scratch, web, {"--new", "200"});

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(BROKEN, "1.1.0"), "1.1.0 taken back"));
    ASSERT_TRUE(baton->says("1.0.0 serves on"));

    EXPECT_EQ(pid(), before) << "the same process";
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_FALSE(status().release->connections) << "it drains no longer";
    EXPECT_THAT(baton->said(), HasSubstr("going back to 1.0.0, which stood by"));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    const auto count = fresh.stop();
    EXPECT_EQ(count.failed, 0U) << count.report; // It never accepted: what waited in the queue is answered.
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(HELLO, "1.2.0"), "1.2.0 committed"));
    EXPECT_TRUE(isServing("1.2.0"));
    EXPECT_TRUE(eventually([this] { return status().draining.empty(); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StandBy, IsSeenInTheStatusAndEndsWithTheCommit)
{
    ASSERT_TRUE(servesHello());
    const auto before = pid();

    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();
    ASSERT_TRUE(baton->says("1.0.0 told to drain, and stands by"));
    ASSERT_TRUE(eventually([this] {
        const auto draining = status().draining;
        return !draining.empty() && draining.front().connections == 0;
    }));
    EXPECT_EQ(status().draining.front().pid, before);
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StandBy, ThatDiesIsReplacedFromDisk)
{
    ASSERT_TRUE(servesHello());
    const auto before = pid();
    publish("1.1.0", scratch.copyOf(BROKEN, "1.1.0"));
    check();
    ASSERT_TRUE(baton->says("1.0.0 told to drain, and stands by"));

    ::kill(before, SIGKILL);
    ASSERT_TRUE(baton->says("1.1.0 taken back"));

    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_NE(pid(), before);
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0, which stood by, ended with signal 9"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StandBy, ThatHearsNothingIsReplacedFromDisk)
{
    ASSERT_TRUE(servesHello());
    const auto before = pid();
    publish("1.1.0", scratch.copyOf(BROKEN, "1.1.0"));
    check();
    ASSERT_TRUE(baton->says("1.0.0 told to drain, and stands by"));

    ::kill(before, SIGSTOP);
    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    ASSERT_TRUE(baton->says("1.0.0 did not take up accepting again"));

    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_NE(pid(), before);
    EXPECT_EQ(stop(), 0);
}

TEST_F(StandBy, HasTheTimeThatItAskedForWhileItDrained)
{
    RunOptions options{{scratch
                            .actor("1.0.0", "stands-by\nready\nawait-order\nnotify EXTEND_TIMEOUT_USEC=60000000\n"
                                            "await-order\nsleep 2500\nexit 0")
                            .string()}};
    options.drain = "500ms";
    ASSERT_TRUE(serves(options));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nserve\nexit 0"), "1.1.0 committed"));

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 told to drain, and stands by"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StandBy, EndsWithAllTheOthersWhenBatonIsToldToEnd)
{
    ASSERT_TRUE(servesHello());
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();
    ASSERT_TRUE(baton->says("1.0.0 told to drain, and stands by"));

    EXPECT_EQ(stop(), 0);

    EXPECT_THAT(baton->said(), Not(HasSubstr("1.1.0 committed")));
    EXPECT_THAT(store().loadState()->generations, ::testing::IsEmpty());
}

} // namespace
} // namespace baton::system
