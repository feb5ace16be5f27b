#include "client/core/Timestamp.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

TEST(Timestamp, PrintsWhatItReads)
{
    for (const auto* text : {"1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "9999-12-31T23:59:59Z"})
        EXPECT_EQ(printTimestamp(parseTimestamp(text).value()), text);
    EXPECT_EQ(parseTimestamp("1970-01-01T00:00:01.250Z")->time_since_epoch().count(), 1250);
}

TEST(Timestamp, RefusesWhatIsNoTimeInUtc)
{
    for (const auto* text : {"", "2024-02-30T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z",
                             "2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00+02:00",
                             "2024-01-01T00:00:00Zjunk", "1969-12-31T23:59:59Z", "2024-1-01T00:00:000Z"})
        EXPECT_EQ(parseTimestamp(text), std::nullopt) << text;
}

} // namespace
} // namespace baton
