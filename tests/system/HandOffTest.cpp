// Twenty hand-offs in a row while clients keep asking, and one by restart: not one request may fail.
// SPDX-License-Identifier: Apache-2.0
#include "client/core/Duration.h"
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

struct Load {
    int handOffs;
    int perSecond; // of each kind
    const char* probation;
};

struct HandOffs : Relay {
    // Release after release, each committed before the next one is offered.
    void handOver(const Load& load)
    {
        const auto rate = std::to_string(load.perSecond);
        ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, load.probation}));
        Clients clients(scratch, web, {"--new", rate, "--kept", rate, "--connections", "16"});

        for (int i = 1; i <= load.handOffs && !HasFatalFailure(); ++i) {
            const auto version = "1." + std::to_string(i) + ".0";
            ASSERT_TRUE(update(version, scratch.copyOf(HELLO, version), version + " committed"));
        }
        const auto count = clients.stop();

        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
        EXPECT_EQ(history().size(), static_cast<std::size_t>(load.handOffs));
        EXPECT_TRUE(stateIsWhole());
        EXPECT_EQ(stop(), 0);
    }
};

TEST_F(HandOffs, LoseNoRequestOfTwenty) { handOver({20, 150, "200ms"}); }

TEST_F(HandOffs, LoseNoRequestWithoutAProbation) { handOver({5, 150, "0s"}); }

TEST_F(HandOffs, ByRestartLoseNoRequestAndShowHowLongClientsWaited)
{
    ASSERT_TRUE(
        serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {"--handoff", "restart"}, {"web=127.0.0.1:0"}, "200ms"}));
    Clients clients(scratch, web, {"--new", "64", "--kept", "64", "--connections", "16", "--timeout", "60s"});

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    const auto gap = status().gapMilliseconds;
    ASSERT_TRUE(gap) << "status shows it";
    EXPECT_GT(*gap, 0);
    EXPECT_THAT(baton->said(), ::testing::HasSubstr("nobody accepted for " + printDuration(Duration(*gap)) + ','));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
