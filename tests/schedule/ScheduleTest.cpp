#include "client/schedule/Schedule.h"

#include "client/core/Timestamp.h"

#include <gtest/gtest.h>

using namespace baton;
using namespace baton::schedule;
using namespace std::chrono_literals;

namespace {

// Draws always the same part of what it may.
struct Share : Random {
    explicit Share(int percent) : percent_(percent) {}
    Duration upTo(Duration limit) override { return limit * percent_ / 100; }
    int percent_;
};

constexpr Rhythm Hourly{1h, 10min};

} // namespace

TEST(Schedule, ChecksFirstWithinJitterAndInterval)
{
    Share none(0);
    Share all(100);

    EXPECT_EQ(untilFirst(Hourly, none), 0s);
    EXPECT_EQ(untilFirst(Hourly, all), 10min);
    EXPECT_EQ(untilFirst({5s, 10min}, all), 5s);
}

TEST(Schedule, AddsJitterToTheInterval)
{
    Share none(0);
    Share all(100);

    EXPECT_EQ(untilNext(Hourly, 0, {}, none), 1h);
    EXPECT_EQ(untilNext(Hourly, 0, {}, all), 70min);
}

TEST(Schedule, BacksOffFromAFailingServerUpToTheInterval)
{
    Share none(0);
    Share all(100);

    EXPECT_EQ(untilNext(Hourly, 1, {}, none), 30s);
    EXPECT_EQ(untilNext(Hourly, 1, {}, all), 60s);
    EXPECT_EQ(untilNext(Hourly, 2, {}, none), 60s);
    EXPECT_EQ(untilNext(Hourly, 7, {}, none), 32min);
    EXPECT_EQ(untilNext(Hourly, 8, {}, none), 1h);
    EXPECT_EQ(untilNext(Hourly, 1'000'000, {}, all), 70min);
    EXPECT_EQ(untilNext({5s, 0s}, 1, {}, all), 5s);
}

TEST(Schedule, StaysAwayAsLongAsTheServerAsks)
{
    Share none(0);

    EXPECT_EQ(untilNext(Hourly, 0, 2h, none), 2h);
    EXPECT_EQ(untilNext(Hourly, 0, 1min, none), 1h);
    EXPECT_EQ(untilNext(Hourly, 1, 5min, none), 5min);
}

TEST(Schedule, ReadsRetryAfterAndClampsIt)
{
    const auto now = parseTimestamp("2026-11-23T17:00:00Z").value();

    EXPECT_EQ(parseRetryAfter("90", now), 90s);
    EXPECT_EQ(parseRetryAfter("0", now), 60s);
    EXPECT_EQ(parseRetryAfter("9223372036854775807", now), 24h);
    EXPECT_EQ(parseRetryAfter("Mon, 23 Nov 2026 17:05:00 GMT", now), 5min);
    EXPECT_EQ(parseRetryAfter("Mon, 23 Nov 2020 17:05:00 GMT", now), 60s);
    for (const auto* text : {"", "-1", "1.5", "1e3", "soon", "9223372036854775808", "90 "})
        EXPECT_FALSE(parseRetryAfter(text, now)) << text;
}

TEST(Schedule, DrawsWithinTheLimit)
{
    SystemRandom random;

    for (int i = 0; i < 100; ++i) {
        const auto drawn = random.upTo(3ms);
        EXPECT_GE(drawn, 0ms);
        EXPECT_LE(drawn, 3ms);
    }
    EXPECT_EQ(random.upTo(0ms), 0ms);
}
