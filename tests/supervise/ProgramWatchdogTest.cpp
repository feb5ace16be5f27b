#include "client/supervise/ProgramWatchdog.h"

#include "tests/support/FakeClock.h"

#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

constexpr Duration Second{1'000};

struct ProgramWatchdogTest : ::testing::Test {
    FakeClock clock;
    loop::EventLoop loop{clock};
    int missed = 0;
    ProgramWatchdog watchdog{loop, Second, [this] { ++missed; }};

    void pass(Duration time)
    {
        clock.advance(time);
        loop.turn(Duration(0));
    }
};

TEST_F(ProgramWatchdogTest, DoesNotBarkBeforeTheProgramIsReady)
{
    watchdog.heard();
    pass(Second * 10);
    EXPECT_EQ(missed, 0);
}

TEST_F(ProgramWatchdogTest, BarksOnceWhenAnIntervalWasSilent)
{
    watchdog.start();
    for (int i = 0; i < 5; ++i) {
        pass(Second * 9 / 10);
        watchdog.heard();
    }
    EXPECT_EQ(missed, 0);

    pass(Second);
    pass(Second * 5);

    EXPECT_EQ(missed, 1);
}

TEST_F(ProgramWatchdogTest, FollowsTheProgramsOwnInterval)
{
    watchdog.start();
    watchdog.setInterval(Second * 3);
    pass(Second * 2);
    EXPECT_EQ(missed, 0);
    pass(Second);
    EXPECT_EQ(missed, 1);

    watchdog.start();
    watchdog.setInterval(Duration(0));
    pass(Second * 10);
    EXPECT_EQ(missed, 1) << "an interval of 0 switches it off";
}

TEST_F(ProgramWatchdogTest, IsSilentOnceItIsStopped)
{
    watchdog.start();
    watchdog.stop();
    watchdog.heard();
    pass(Second * 10);
    EXPECT_EQ(missed, 0);
}

} // namespace
} // namespace baton::supervise
