#include "client/core/Duration.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnit)
{
    EXPECT_EQ(parseDuration("250ms"), 250ms);
    EXPECT_EQ(parseDuration("30s"), 30s);
    EXPECT_EQ(parseDuration("5m"), 5min);
    EXPECT_EQ(parseDuration("1h"), 1h);
    EXPECT_EQ(parseDuration("2d"), 48h);
    EXPECT_EQ(parseDuration("0s"), 0ms);
}

TEST(Duration, RefusesWhatIsNotANumberAndOneUnit)
{
    for (const auto* text : {"", "5", "s", "-1s", "+1s", "1.5s", " 1s", "1 s", "1s ", "1S", "1w", "1h30m",
                             "9223372036854775807d", "99999999999999999999s"})
        EXPECT_EQ(parseDuration(text), std::nullopt) << text;
}

TEST(Duration, PrintsWhatItReads)
{
    for (const auto* text : {"250ms", "30s", "90s", "5m", "1h", "2d", "0s", "1001ms"})
        EXPECT_EQ(printDuration(*parseDuration(text)), text);
}

} // namespace
} // namespace baton
