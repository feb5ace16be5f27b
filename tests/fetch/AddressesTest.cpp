#include "client/fetch/Addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::fetch {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using Next = Addresses::Next;

constexpr Patience Two{2, 100ms, 1000ms};
constexpr Instant Now{1h};

TEST(Addresses, AreAskedInOrderWithAPauseOnlyBetweenTheRounds)
{
    Addresses three(3, {}, Two);

    EXPECT_EQ(three.next(Now), (Next{0, 0ms}));
    three.failed(0, Fault::Passing);
    EXPECT_EQ(three.next(Now), (Next{1, 0ms}));
    three.failed(1, Fault::Lasting);
    EXPECT_EQ(three.next(Now), (Next{2, 0ms}));
    three.failed(2, Fault::Passing);
    EXPECT_EQ(three.next(Now), (Next{0, 200ms}));
    three.failed(0, Fault::Passing);
    EXPECT_EQ(three.next(Now), (Next{2, 0ms}));
    three.failed(2, Fault::Passing);
    EXPECT_EQ(three.next(Now), std::nullopt);
    EXPECT_THAT(three.failures(), ElementsAre(2, 2, 2));
}

TEST(Addresses, DoublesThePauseUpToALimit)
{
    Addresses one(1, {}, {20, 100ms, 1000ms});
    std::vector<Duration> pauses;
    while (const auto next = one.next(Now)) {
        pauses.push_back(next->pause);
        one.failed(0, Fault::Passing);
    }

    ASSERT_EQ(pauses.size(), 20U);
    pauses.resize(7);
    EXPECT_THAT(pauses, ElementsAre(0ms, 200ms, 400ms, 800ms, 1000ms, 1000ms, 1000ms));
}

TEST(Addresses, StaysWithTheOneThatBrings)
{
    Addresses two(2, {}, Two);
    two.failed(0, Fault::Passing);

    two.brought(1);
    EXPECT_EQ(two.next(Now), (Next{1, 100ms}));
    two.failed(1, Fault::Passing);
    EXPECT_EQ(two.next(Now), (Next{0, 200ms}));
    two.brought(0);

    EXPECT_THAT(two.failures(), ElementsAre(0, 1));
}

TEST(Addresses, GoesOnWithTheCountsOfAnEarlierProcess)
{
    Addresses three(3, {2, 1}, Two);

    EXPECT_EQ(three.next(Now), (Next{1, 0ms}));
    three.failed(1, Fault::Passing);
    EXPECT_EQ(three.next(Now), (Next{2, 0ms}));
    EXPECT_EQ(Addresses(1, {7, 7, 7}, Two).next(Now), std::nullopt);
    EXPECT_EQ(Addresses(0, {}, Two).next(Now), std::nullopt);
}

TEST(Addresses, PassesOverOneWhoseServerAskedToStayAway)
{
    Addresses two(2, {}, {4, 100ms, 1000ms});
    two.failed(0, Fault::Passing);
    two.away(0, Now + 10min);
    EXPECT_EQ(two.next(Now), (Next{1, 0ms}));
    two.failed(1, Fault::Passing);

    EXPECT_EQ(two.next(Now), (Next{1, 200ms}));
    EXPECT_EQ(two.next(Now + 10min), (Next{0, 200ms}));
}

TEST(Addresses, WaitsForTheFirstToComeBackWhenNoOtherIsLeft)
{
    Addresses three(3, {}, {4, 100ms, 1000ms});
    three.failed(0, Fault::Passing);
    three.away(0, Now + 10min);
    three.failed(1, Fault::Passing);
    three.away(1, Now + 5min);
    three.failed(2, Fault::Lasting);

    EXPECT_EQ(three.next(Now), (Next{1, 5min}));
    three.failed(1, Fault::Lasting);
    EXPECT_EQ(three.next(Now + 5min), (Next{0, 5min}));
    three.failed(0, Fault::Lasting);
    EXPECT_EQ(three.next(Now + 10min), std::nullopt);
}

} // namespace
} // namespace baton::fetch
