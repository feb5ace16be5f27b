#include "client/supervise/AcceptGap.h"

#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

constexpr Instant at(int milliseconds) { return Instant(Duration(milliseconds)); }

TEST(AcceptGap, LastsFromTheOneThatLeavesToTheOneThatIsReady)
{
    AcceptGap gap;
    EXPECT_FALSE(gap.update(false, at(0))); // The first start is no gap.
    EXPECT_FALSE(gap.update(true, at(100)));
    EXPECT_FALSE(gap.update(false, at(200)));
    EXPECT_FALSE(gap.update(false, at(250)));
    EXPECT_FALSE(gap.last());

    EXPECT_EQ(gap.update(true, at(500)), Duration(300));

    EXPECT_FALSE(gap.update(true, at(600)));
    EXPECT_EQ(gap.last(), Duration(300));
}

} // namespace
} // namespace baton::supervise
