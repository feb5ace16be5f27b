#include "client/core/RetryAfter.h"

#include "client/core/Timestamp.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

using namespace std::chrono_literals;

const WallTime Now = parseTimestamp("2026-11-23T17:00:00Z").value();

TEST(RetryAfter, IsSecondsOrADate)
{
    EXPECT_EQ(parseRetryAfter("90", Now), 90s);
    EXPECT_EQ(parseRetryAfter("Mon, 23 Nov 2026 17:05:00 GMT", Now), 5min);
}

TEST(RetryAfter, IsBetweenNothingAndADay)
{
    EXPECT_EQ(parseRetryAfter("0", Now), 0s);
    EXPECT_EQ(parseRetryAfter("86400", Now), 24h);
    EXPECT_EQ(parseRetryAfter("86401", Now), 24h);
    EXPECT_EQ(parseRetryAfter("9223372036854775807", Now), 24h);
    EXPECT_EQ(parseRetryAfter("Mon, 23 Nov 2020 17:05:00 GMT", Now), 0s);
    EXPECT_EQ(parseRetryAfter("Fri, 23 Nov 2029 17:05:00 GMT", Now), 24h);
}

TEST(RetryAfter, IsNothingWhenItIsNeither)
{
    for (const auto* text : {"", "-1", "1.5", "1e3", "soon", "9223372036854775808", "90 ", "Mon, 23 Nov 2026 17:05:00"})
        EXPECT_FALSE(parseRetryAfter(text, Now)) << text;
}

} // namespace
} // namespace baton
