#include "client/supervise/Fates.h"

#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

TEST(Fates, EndWithTheOnlyProgram)
{
    Fates fates({true});

    EXPECT_EQ(fates.ended(0, 3), AfterEnd::Exit);

    EXPECT_EQ(fates.exitCode(), 3);
}

TEST(Fates, LetTheOthersGoOnUntilTheLastHasEnded)
{
    Fates fates({false, false, false});

    EXPECT_EQ(fates.ended(1, 0), AfterEnd::GoOn);
    EXPECT_EQ(fates.ended(0, 7), AfterEnd::GoOn);
    EXPECT_TRUE(fates.isOver(0));
    EXPECT_FALSE(fates.isOver(2));
    EXPECT_EQ(fates.ended(2, 143), AfterEnd::Exit);

    EXPECT_EQ(fates.exitCode(), 7); // The first that was not 0.
}

TEST(Fates, EndTheOthersWithAnEssentialOne)
{
    Fates fates({false, true});

    EXPECT_EQ(fates.ended(1, 0), AfterEnd::EndOthers);
    EXPECT_EQ(fates.ended(0, 0), AfterEnd::Exit);

    EXPECT_EQ(fates.exitCode(), 0);
}

TEST(Fates, ForgetTheEndOfOneThatIsStartedAgain)
{
    Fates fates({false, false});
    fates.ended(0, 1);

    fates.revived(0);

    EXPECT_FALSE(fates.isOver(0));
    EXPECT_EQ(fates.ended(1, 0), AfterEnd::GoOn);
    EXPECT_EQ(fates.ended(0, 0), AfterEnd::Exit);
}

} // namespace
} // namespace baton::supervise
