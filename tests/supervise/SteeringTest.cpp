#include "client/supervise/Steering.h"

#include "client/core/Timestamp.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace baton::supervise {
namespace {

using ::testing::HasSubstr;

const std::string Accepted = "{\"accepted\":true}\n";

struct SteeringTest : ::testing::Test {
    SteeringTest() { store.create(); }

    std::string answer(const std::string& command, const std::string& offered = {})
    {
        return steering.answer(command, offered).value_or("nothing");
    }

    testing::TemporaryDirectory directory;
    store::Store store{directory.path()};
    FakeClock clock;
    KeptLog log;
    Ledger ledger{store, clock, log};
    int changes = 0;
    Steering steering{ledger, clock, log, [this] { ++changes; }};
};

TEST_F(SteeringTest, WritesDownWhatWasApprovedAndRingsTheBell)
{
    EXPECT_EQ(answer("approve 1.1.0"), Accepted);
    EXPECT_EQ(store.loadState()->approved, "1.1.0");
    EXPECT_EQ(changes, 1);

    EXPECT_EQ(answer("approve", "1.2.0"), Accepted);
    EXPECT_EQ(store.loadState()->approved, "1.2.0");
    EXPECT_EQ(changes, 2);
}

TEST_F(SteeringTest, ApprovesNothingWhereNothingIsOfferedOrNamed)
{
    EXPECT_THAT(answer("approve"), HasSubstr("nothing waits for an approval"));
    EXPECT_THAT(answer("approve a b"), HasSubstr("no version"));
    EXPECT_THAT(answer("approve ../x"), HasSubstr("no version"));
    EXPECT_EQ(changes, 0);
}

TEST_F(SteeringTest, HoldsUntilResumeOrATime)
{
    EXPECT_EQ(answer("hold"), Accepted);
    EXPECT_EQ(steering.hold(), control::HoldStatus{});
    EXPECT_EQ(store.loadState()->hold, store::Hold{});

    const auto soon = printTimestamp(clock.wall() + std::chrono::hours(1));
    EXPECT_EQ(answer("hold " + soon), Accepted);
    EXPECT_EQ(steering.hold(), control::HoldStatus{soon});

    clock.advance(std::chrono::hours(2));
    EXPECT_FALSE(steering.hold()) << "it is over";

    EXPECT_EQ(answer("resume"), Accepted);
    EXPECT_FALSE(store.loadState()->hold);
    EXPECT_EQ(changes, 3);
}

TEST_F(SteeringTest, RefusesATimeThatIsNone)
{
    EXPECT_THAT(answer("hold tomorrow"), HasSubstr("no time"));
    EXPECT_FALSE(steering.hold());
}

TEST_F(SteeringTest, LeavesOtherCommandsAlone)
{
    for (const auto* command : {"", "status", "resume now", "holding", "approved 1.0"})
        EXPECT_EQ(answer(command), "nothing") << command;
}

TEST_F(SteeringTest, SaysWhenItCouldNotBeWrittenDownAndChangesNothing)
{
    std::filesystem::create_directory(store.root() / ".state.json.tmp");

    EXPECT_THAT(answer("hold"), HasSubstr("could not be written down"));

    EXPECT_FALSE(steering.hold());
    EXPECT_EQ(changes, 0);
}

} // namespace
} // namespace baton::supervise
