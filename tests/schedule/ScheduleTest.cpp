#include "client/schedule/Schedule.h"

#include "tests/schedule/Share.h"

#include <gtest/gtest.h>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;

constexpr Rhythm Hourly{1h, 10min};

Duration least(const Rhythm& rhythm, int failures) { return spanOfNext(rhythm, failures, {}).least; }

TEST(Schedule, ChecksFirstWithinJitterAndInterval)
{
    EXPECT_EQ(spanOfFirst(Hourly), (Span{0s, 10min}));
    EXPECT_EQ(spanOfFirst({5s, 10min}), (Span{0s, 5s}));
    EXPECT_EQ(spanOfFirst({5s, 0s}), (Span{0s, 0s}));
}

TEST(Schedule, AddsJitterToTheInterval) { EXPECT_EQ(spanOfNext(Hourly, 0, {}), (Span{1h, 70min})); }

TEST(Schedule, DoublesTheWaitWithEachFailureUpToFourIntervals)
{
    EXPECT_EQ(spanOfNext(Hourly, 1, {}), (Span{1min, 2min}));
    EXPECT_EQ(spanOfNext(Hourly, 2, {}), (Span{2min, 4min}));
    EXPECT_EQ(spanOfNext(Hourly, 7, {}), (Span{64min, 74min}));
    EXPECT_EQ(least(Hourly, 8), 128min);
    EXPECT_EQ(least(Hourly, 9), 4h);
    EXPECT_EQ(spanOfNext(Hourly, 1'000'000, {}), (Span{4h, 4h + 10min}));
}

TEST(Schedule, KeepsTheCapOfTheBackoffInProportionToTheInterval)
{
    EXPECT_EQ(least({5s, 0s}, 1), 5s);
    EXPECT_EQ(least({5s, 0s}, 2), 10s);
    EXPECT_EQ(least({5s, 0s}, 3), 20s);
    EXPECT_EQ(least({5s, 0s}, 99), 20s);
    EXPECT_EQ(least({2h, 0s}, 99), 4h);
    EXPECT_EQ(least({24h, 0s}, 99), 24h);
}

TEST(Schedule, StaysAwayAsLongAsTheServerAsksWhateverElseHolds)
{
    EXPECT_EQ(spanOfNext(Hourly, 0, 2h), (Span{2h, 2h + 10min}));
    EXPECT_EQ(spanOfNext(Hourly, 0, 1min), (Span{1h, 70min}));
    EXPECT_EQ(spanOfNext(Hourly, 1, 5min), (Span{5min, 15min}));
    EXPECT_EQ(spanOfNext(Hourly, 99, 5min), (Span{4h, 4h + 10min}));
}

TEST(Schedule, DrawsWithinASpan)
{
    Share none(0);
    Share all(100);
    SystemRandom random;

    EXPECT_EQ(draw({2s, 6s}, none), 2s);
    EXPECT_EQ(draw({2s, 6s}, all), 6s);
    for (int i = 0; i < 100; ++i) {
        const auto drawn = random.upTo(3ms);
        EXPECT_GE(drawn, 0ms);
        EXPECT_LE(drawn, 3ms);
    }
    EXPECT_EQ(random.upTo(0ms), 0ms);
}

} // namespace
} // namespace baton::schedule
