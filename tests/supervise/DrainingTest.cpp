#include "client/supervise/Draining.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Draining, GoesOnAsLongAsThereIsRoom)
{
    EXPECT_THAT(tooMany({}, 1), IsEmpty());
    EXPECT_THAT(tooMany({false, false}, 2), IsEmpty());
}

TEST(Draining, EndsTheOldestOfTooMany)
{
    EXPECT_THAT(tooMany({false, false, false}, 2), ElementsAre(0));
    EXPECT_THAT(tooMany({false, false, false}, 1), ElementsAre(0, 1));
}

// One that was killed is not reaped yet: it is not killed twice in the place of the next one, nor the next one for it.
TEST(Draining, CountsNobodyWhoWasKilled)
{
    EXPECT_THAT(tooMany({true, false, false, false}, 2), ElementsAre(1));
    EXPECT_THAT(tooMany({true, true, false}, 1), IsEmpty());
}

} // namespace
} // namespace baton::supervise
