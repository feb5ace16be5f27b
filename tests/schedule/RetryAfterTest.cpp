#include "client/schedule/RetryAfter.h"

#include "client/core/Timestamp.h"

#include <gtest/gtest.h>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;

const WallTime Now = parseTimestamp("2026-11-23T17:00:00Z").value();

TEST(RetryAfter, KeepsChecksAwayForAtLeastAMinuteAndAtMostADay)
{
    EXPECT_EQ(stayFrom("90", Now), 90s);
    EXPECT_EQ(stayFrom("0", Now), 60s);
    EXPECT_EQ(stayFrom("86401", Now), 24h);
    EXPECT_EQ(stayFrom("Mon, 23 Nov 2020 17:05:00 GMT", Now), 60s);
    EXPECT_EQ(stayFrom("Fri, 23 Nov 2029 17:05:00 GMT", Now), 24h);
    EXPECT_FALSE(stayFrom("soon", Now));
}

} // namespace
} // namespace baton::schedule
