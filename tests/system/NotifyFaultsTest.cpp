// NOTIFY_SOCKET under faults and load: nobody reads it for a while, or it is flooded.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <sys/stat.h>

#include <csignal>
#include <iterator>

namespace baton::system {
namespace {

std::size_t descriptorsOf(pid_t pid)
{
    const auto directory = fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd");
    return static_cast<std::size_t>(std::distance(begin(directory), end(directory)));
}

std::size_t countOf(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

struct NotifyFaults : Relay {
    RunOptions hello() const { return {{scratch.copyOf(HELLO, "1.0.0").string()}}; }
};

using Fault25 = NotifyFaults;

// Some ten datagrams wait in the socket, then who sends waits: that is all that may happen.
TEST_F(Fault25, ACandidateThatWaitsForABatonThatStandsStillGoesOnWithIt)
{
    ASSERT_TRUE(serves(hello()));
    Clients clients(scratch, web, {"--new", "64", "--kept", "64"});
    std::string lines = "await " + (scratch / "go").string() + "\nsay begins\n";
    for (int i = 0; i < 40; ++i) lines += "notify STATUS=line " + std::to_string(i) + '\n';
    ASSERT_EQ(::mkfifo((scratch / "go").c_str(), 0600), 0);
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", lines + "say has said all\nready\nserve\nexit 0"),
                       "1.1.0 starts beside"));

    baton->signal(SIGSTOP);
    scratch.write("go", "x");
    ASSERT_TRUE(baton->says("begins"));
    EXPECT_FALSE(
        eventually([this] { return baton->said().find("has said all") != std::string::npos; }, Patience(1000)));
    baton->signal(SIGCONT);

    EXPECT_TRUE(baton->says("has said all"));
    EXPECT_TRUE(baton->says("1.1.0 committed"));
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

// The program waits for Baton in its signal handler's way out, Baton for the program: each must let go.
TEST_F(Fault25, ADrainDoesNotWaitForWhoWaitsToSaySomething)
{
    std::string lines = "ready\nserve\n";
    for (int i = 0; i < 200; ++i) lines += "notify STATUS=leaving " + std::to_string(i) + '\n';
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", lines + "exit 0").string()}}));
    Clients clients(scratch, web, {"--new", "64"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nserve\nexit 0"), "1.1.0 committed"));

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

using Fault26 = NotifyFaults;

TEST_F(Fault26, AFloodCostsNeitherRequestsNorDescriptorsNorALongLog)
{
    ASSERT_TRUE(serves(hello()));
    const auto before = descriptorsOf(baton->pid());
    Clients clients(scratch, web, {"--new", "64", "--kept", "64"});

    ASSERT_TRUE(
        update("1.1.0", scratch.actor("1.1.0", "flood 200000\nready\nflood 200000\nserve\nexit 0"), "1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended"));

    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(eventually([&] { return descriptorsOf(baton->pid()) <= before + 1; }))
        << descriptorsOf(baton->pid()) << " descriptors, and before " << before;
    EXPECT_LE(countOf(baton->said(), "a readiness message was ignored"), 1U);
    EXPECT_THAT(status().release->status,
                ::testing::AnyOf("flood", "with descriptors")); // Which of them found room last.
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault26, AFloodThatDoesNotEndLeavesBatonFreeForOtherWork)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "flooder\nready\nserve\nexit 0").string()}}));
    Clients clients(scratch, web, {"--new", "64"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "flooder\nready\nserve\nexit 0"), "1.1.0 committed"));

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
