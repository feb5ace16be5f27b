#include "client/supervise/QueueWatch.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <set>
#include <string>

namespace baton::supervise {
namespace {

bool grows(std::initializer_list<int> looks)
{
    QueueTrend trend;
    bool found = false;
    for (const int waiting : looks) found = trend.showsNobody({waiting, std::nullopt}) || found;
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

using Clients = std::set<std::string>;

struct FullQueue : ::testing::Test {
    // So many looks that find the same.
    bool stays(const Clients& clients, int looks)
    {
        bool found = false;
        for (int i = 0; i < looks; ++i) found = trend.showsNobody({static_cast<int>(clients.size()), clients}) || found;
        return found;
    }
    static constexpr int Enough = QueueTrend::MostFullLooks + 1;
    QueueTrend trend;
};

TEST_F(FullQueue, ThatWasFullAtOnceAndStaysSoIsTakenFromByNobody)
{
    EXPECT_FALSE(stays({"a", "b", "c", "d", "e"}, Enough - 1));
    EXPECT_TRUE(stays({"a", "b", "c", "d", "e"}, 1));
}

TEST_F(FullQueue, OfClientsThatResetTheirConnectionsIsStillTakenFromByNobody)
{
    EXPECT_FALSE(stays({"a", "b", "c"}, Enough - 1)); // Their place is not free, and they are not seen any more.
    EXPECT_TRUE(stays({"b"}, 1));
    EXPECT_TRUE(stays({}, 1));
}

TEST_F(FullQueue, ThatLetsOthersInIsOfOneWhoAccepts)
{
    for (char newest = 'c'; newest <= 'z'; ++newest)
        EXPECT_FALSE(stays({std::string(1, static_cast<char>(newest - 1)), std::string(1, newest)}, Enough / 2));
}

TEST_F(FullQueue, ThatHadRoomInBetweenBeginsAnew)
{
    EXPECT_FALSE(stays({"a", "b"}, Enough - 1));
    EXPECT_FALSE(trend.showsNobody({1, std::nullopt}));
    EXPECT_FALSE(stays({"a", "b"}, Enough - 1));
    EXPECT_TRUE(stays({"a", "b"}, 1));
}

TEST_F(FullQueue, DoesNotCountAsOneThatGrows)
{
    EXPECT_FALSE(trend.showsNobody({3, std::nullopt}));
    EXPECT_FALSE(stays({"a", "b", "c", "d"}, QueueTrend::MostLooks + 1)); // It has come to its limit, and accepts.
    EXPECT_FALSE(stays({"b", "c", "d", "e"}, QueueTrend::MostLooks + 1));
}

} // namespace
} // namespace baton::supervise
