#include "client/fetch/Bucket.h"

#include <gtest/gtest.h>

#include <limits>

namespace baton::fetch {
namespace {

using namespace std::chrono_literals;

TEST(Bucket, LetsPassOneBurstAndThenTheRate)
{
    Bucket bucket(1000);
    Instant now{std::chrono::hours(1)};

    EXPECT_EQ(bucket.take(250, now), 0ms);
    EXPECT_EQ(bucket.take(100, now), 100ms);
    EXPECT_EQ(bucket.take(1000, now), 1100ms);
    now += 1100ms;
    EXPECT_EQ(bucket.take(10, now), 10ms);
}

TEST(Bucket, SavesNoMoreThanOneBurstWhileNothingComes)
{
    Bucket bucket(1000);
    Instant now{std::chrono::hours(1)};
    EXPECT_EQ(bucket.take(250, now), 0ms);

    now += std::chrono::hours(24);

    EXPECT_EQ(bucket.take(1250, now), 1000ms);
}

TEST(Bucket, CountsBlocksThatAreWorthLessThanAMillisecond)
{
    Bucket bucket(10'000'000);
    const Instant now{std::chrono::hours(1)};
    Duration wait{0};

    for (int i = 0; i < 10'000; ++i) wait = bucket.take(1000, now);

    EXPECT_EQ(wait, 750ms);
}

TEST(Bucket, BearsTheLargestNumbers)
{
    constexpr auto Most = std::numeric_limits<std::int64_t>::max() / 1'000'000;

    EXPECT_EQ(Bucket(1).take(Most, Instant(1h)), Bucket::LongestWait - Bucket::Burst);
    EXPECT_LE(Bucket(Most).take(Most, Instant(1h)), 1000ms);
}

} // namespace
} // namespace baton::fetch
