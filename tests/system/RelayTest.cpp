// The main job from end to end: releases come and go while clients keep asking.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

const std::vector<std::string> Everybody{"--new", "150", "--kept", "150", "--connections", "8"};

TEST_F(Relay, BringsReleasesToAServiceThatIsAskedAllTheWhile)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {"--try", "token"}}));
    Clients clients(scratch, web, Everybody);

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"}));
    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_THAT(ask(), StartsWith("1.1.0 generation 2 pid "));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0"));
}

TEST_F(Relay, TakesBackWhatDiesOnProbationAndNeverTriesItAgain)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, "1s"}));
    Clients clients(scratch, web, Everybody);

    ASSERT_TRUE(update("1.2.0", scratch.copyOf(BROKEN, "1.2.0"), "1.2.0 taken back"));
    EXPECT_TRUE(baton->says("1.0.0 serves on"));
    EXPECT_TRUE(hasTold({"13/1 1.2.0", "14/1 1.2.0", "800/1 1.2.0", "3/0 1.2.0 code 44/5"}));
    check();
    EXPECT_TRUE(hasTold({"13/1 1.2.0", "14/1 1.2.0", "800/1 1.2.0", "3/0 1.2.0 code 44/5", "3/9 1.2.0 code 35"}));
    ASSERT_TRUE(update("1.3.0", scratch.copyOf(HELLO, "1.3.0"), "1.3.0 committed"));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(status().blocked.front().version, "1.2.0");
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.2.0 from 1.0.0 code 44", "committed 1.3.0 from 1.0.0"));
}

TEST_F(Relay, GoesBackToWhatTheServerOffersWhereThatWasAskedFor)
{
    RunOptions options{
        {scratch.copyOf(HELLO, "1.1.0").string()}, {"--attribute", "rollback_allowed=true"}, {"web=127.0.0.1:0"}, "1s"};
    options.version = "1.1.0";
    ASSERT_TRUE(serves(options, "1.1.0"));
    Clients clients(scratch, web, Everybody);

    ASSERT_TRUE(update("1.0.0", scratch.copyOf(HELLO, "1.0.0"), "1.0.0 committed"));
    EXPECT_TRUE(isServing("1.0.0"));
    const auto count = clients.stop();

    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(hasTold({"13/1 1.0.0", "14/1 1.0.0", "800/1 1.0.0", "3/2 1.0.0 from 1.1.0"}));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

struct Spoken {
    const char* option;
    const char* protocol; ///< what the server is asked in
};

struct InEveryForm : Relay, ::testing::WithParamInterface<Spoken> {};

TEST_P(InEveryForm, TheServerIsAskedAndToldTheSame)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {"--protocol", GetParam().option}}));

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));

    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"}));
    EXPECT_TRUE(isServing("1.1.0"));
    for (const auto& asked : server->requests()) {
        if (!asked.request) continue; // A package.
        EXPECT_EQ(asked.request->protocol, GetParam().protocol);
        const bool hasPipelines = std::string(GetParam().option) == "json4";
        for (const auto& event : asked.request->apps.front().events)
            EXPECT_EQ(event.pipelineId, hasPipelines ? "full" : "");
    }
    EXPECT_EQ(stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(wire, InEveryForm,
                         ::testing::Values(Spoken{"xml", "3.0"}, Spoken{"json3", "3.1"}, Spoken{"json4", "4.0"}),
                         [](const auto& form) { return std::string(form.param.option); });

} // namespace
} // namespace baton::system
