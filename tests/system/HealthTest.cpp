// A release that lives and is not well: found on probation, by asking that very generation, and by the queue that
// nobody takes from. SPDX-License-Identifier: Apache-2.0
#include "client/os/UniqueFd.h"
#include "tests/system/Relay.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* Good = "ready\nserve\nexit 0";

struct Health : Relay {
    // A probation that would be over long before a slow machine has found what there is to find.
    ::testing::AssertionResult servesWatched(std::vector<std::string> options)
    {
        return serves({{scratch.actor("1.0.0", Good).string()}, std::move(options), {"web=127.0.0.1:0"}, "20s"});
    }
    const std::vector<std::string> byProbe{"--probe-listen", "probe", "--health", "http:/healthz"};
};

TEST_F(Health, OfOneThatAnswersBadlyTakesItBack)
{
    ASSERT_TRUE(servesWatched(byProbe));
    Clients clients(scratch, web, {"--new", "100"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "health 500\nready\nserve\nexit 0"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 taken back: it failed 2 health questions in a row"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    const auto count = clients.stop();
    EXPECT_LE(count.failed, 2U) << count.report; // What it held itself when it was ended.
    EXPECT_EQ(stop(), 0);
}

TEST_F(Health, OfOneThatNeverAnswersTakesItBack)
{
    ASSERT_TRUE(servesWatched(byProbe));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "health 0\nready\nserve\nexit 0"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("no answer within 300ms"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Health, IsAskedOfThatVeryGenerationAndNotOfTheOneBeside)
{
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", "health 500\nready\nserve\nexit 0").string()},
                        byProbe,
                        {"web=127.0.0.1:0"},
                        "700ms"}));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));

    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(fs::exists(state / "probe-1.sock"));
    EXPECT_FALSE(fs::exists(state / "probe-2.sock"));
}

TEST_F(Health, MayBeACommandThatKnowsWhomItAsksAbout)
{
    const auto command = "exec:echo $BATON_GENERATION >>" + (scratch / "asked").string() + "; exit 1";
    ASSERT_TRUE(servesWatched({"--health", command, "--health-failures", "1"}));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 taken back"));

    EXPECT_EQ(readFile(scratch / "asked"), "2\n");
    EXPECT_EQ(stop(), 0);
}

TEST_F(Health, OfOneThatAcceptsNothingIsSeenInTheQueue)
{
    ASSERT_TRUE(
        serves({{scratch.actor("1.0.0", Good).string()}, {"--probation-alone", "20s"}, {"web=127.0.0.1:0"}, "100ms"}));
    Clients clients(scratch, web, {"--new", "50"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nwait"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 taken back: nobody accepts on web: "));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report; // All waited in the queue, and were answered.
    EXPECT_EQ(stop(), 0);
}

// Five wait at most, and do from the first look on.
struct FullQueue : Health {
    ::testing::AssertionResult servesFew(const std::string& alone)
    {
        return serves({{scratch.actor("1.0.0", Good).string()},
                       {"--probation-alone", alone},
                       {"web=127.0.0.1:0,backlog=4"},
                       "100ms"});
    }
    std::vector<os::UniqueFd> comeAtOnce(int count) const
    {
        const auto colon = web.rfind(':');
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(web.substr(colon + 1))));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        std::vector<os::UniqueFd> clients;
        for (int i = 0; i < count; ++i) {
            clients.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            const auto* const where = reinterpret_cast<const sockaddr*>(&address);
            EXPECT_TRUE(::connect(clients.back().get(), where, sizeof address) == 0 || errno == EINPROGRESS);
        }
        return clients;
    }
};

TEST_F(FullQueue, ThatNobodyTakesFromIsSeenThoughItGrowsNoMore)
{
    ASSERT_TRUE(servesFew("60s"));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nwait"), "1.1.0 ready"));
    ASSERT_TRUE(eventually([this] { return status().state == "probationAlone"; }));

    const auto clients = comeAtOnce(20);

    EXPECT_TRUE(baton->says("1.1.0 taken back: nobody accepts on web: "));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(FullQueue, IsToldOfForAMinuteAfterTheCommit)
{
    ASSERT_TRUE(servesFew("100ms"));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nwait"), "1.1.0 committed"));

    const auto clients = comeAtOnce(20);

    EXPECT_TRUE(baton->says("1.1.0 is committed and is left as it is"));
    EXPECT_THAT(baton->said(), HasSubstr("nobody accepts on web: "));
    EXPECT_EQ(stop(), 128 + SIGTERM);
}

TEST_F(FullQueue, OfOneThatIsSlowAndAcceptsIsNoReasonToTakeItBack)
{
    ASSERT_TRUE(servesFew("5s"));
    Clients clients(scratch, web, {"--new", "50", "--timeout", "2s"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "pace 100\nready\nserve\nexit 0"), "1.1.0 committed"));

    EXPECT_THAT(baton->said(), Not(HasSubstr("nobody accepts")));
    clients.stop();
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
