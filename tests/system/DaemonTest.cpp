// Programs that fork into the background: followed where they say who goes on, and never left behind.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <csignal>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";

struct Daemon : Relay {
    RunOptions program(const std::string& lines, std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }
    // What has ended and was not reaped by its parent is over all the same.
    static bool lives(pid_t pid)
    {
        const auto stat = readFile("/proc/" + std::to_string(pid) + "/stat");
        return !stat.empty() && stat.find(") Z ") == std::string::npos;
    }
};

TEST_F(Daemon, GoesOnWhenItSaysItsMainPid)
{
    ASSERT_TRUE(serves(program(Good)));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "daemon-main\nready\nserve\nexit 0"), "1.1.0 committed"));

    ASSERT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    const auto pid = status().release->pid;
    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 (generation 2) goes on as pid " + std::to_string(pid)));
    EXPECT_TRUE(lives(pid));
    EXPECT_EQ(ask(), "1.1.0\n");
    EXPECT_EQ(store().loadState()->generations.front().pid, pid) << "the next Baton must find it";
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", Good), "1.2.0 committed"));
    EXPECT_TRUE(baton->says("1.1.0 (generation 2) has ended with exit code 0"));
    EXPECT_FALSE(lives(pid));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Daemon, EndsBatonWithTheCodeOfItsMainProcess)
{
    start(program("daemon-main\nready\nsleep 100\nexit 7"));
    EXPECT_EQ(baton->end(), 7);
}

TEST_F(Daemon, IsTakenBackWithAHintWhenItDoesNotSayWhoGoesOn)
{
    ASSERT_TRUE(serves(program(Good)));
    Clients clients(scratch, web, {"--new", "100"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "daemon\nshow BATON_GENERATION\nwait"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 taken back: it left processes in the background without MAINPID="));
    EXPECT_TRUE(eventually([this] { return childrenOf(baton->pid()).size() == 2; })) << "the program and the agent";
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report; // Nothing that listens was left: nobody waits for it.
    EXPECT_EQ(stop(), 0);
}

TEST_F(Daemon, MayNotNameAProcessThatIsNoneOfItsOwn)
{
    ASSERT_TRUE(serves(program("notify MAINPID=" + std::to_string(::getpid()) + "|READY=1\nserve\nexit 0")));

    EXPECT_THAT(baton->said(), HasSubstr("named pid " + std::to_string(::getpid()) +
                                         " as its main process, which is "
                                         "none of its own"));
    EXPECT_NE(status().release->pid, ::getpid());
    EXPECT_EQ(stop(), 0);
}

TEST_F(Daemon, LeavesNothingBehindWhenBatonEnds)
{
    ASSERT_TRUE(serves(program("daemon-main\nchild\nready\nserve\nexit 0")));
    const auto child = static_cast<pid_t>(std::stoi(baton->word("child ")));
    ASSERT_TRUE(lives(child));

    EXPECT_EQ(stop(), 0);

    EXPECT_FALSE(lives(child));
}

} // namespace
} // namespace baton::system
