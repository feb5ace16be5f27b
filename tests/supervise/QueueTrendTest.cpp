#include "client/supervise/QueueWatch.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace baton::supervise {
namespace {

bool grows(std::initializer_list<int> looks)
{
    QueueTrend trend;
    bool found = false;
    for (const int waiting : looks) found = trend.growsWith(waiting) || found;
    return found;
}

TEST(QueueTrend, SeesAQueueThatNobodyTakesFrom)
{
    EXPECT_TRUE(grows({1, 2, 3, 4, 5}));
    EXPECT_TRUE(grows({0, 0, 7, 7, 7, 7, 9}));
    EXPECT_TRUE(grows({9, 3, 4, 5, 6, 7}));
}

TEST(QueueTrend, IsNotTakenInByABusyServer)
{
    EXPECT_FALSE(grows({0, 0, 0, 0, 0, 0}));
    EXPECT_FALSE(grows({1, 2, 3, 4}));             // Too few looks.
    EXPECT_FALSE(grows({5, 6, 7, 6, 7, 8, 7, 8})); // Somebody takes.
    EXPECT_FALSE(grows({1, 1, 1, 1, 1, 1, 1}));    // Taken as fast as they come, for all that is seen.
}

} // namespace
} // namespace baton::supervise
