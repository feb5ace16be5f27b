#include "client/schedule/Planner.h"

#include "client/core/Timestamp.h"
#include "tests/schedule/Share.h"

#include <gtest/gtest.h>

#include <random>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;

const WallTime Start = parseTimestamp("2026-01-01T00:00:00Z").value();
constexpr Rhythm Hourly{1h, 10min};

struct Seeded : Random {
    explicit Seeded(unsigned seed) : engine(seed) {}
    Duration upTo(Duration limit) override
    {
        return Duration(std::uniform_int_distribution<Duration::rep>(0, limit.count())(engine));
    }
    std::mt19937_64 engine;
};

Openings windows(const char* text) { return {{parseWindow(text).value()}, "UTC"}; }

TEST(Planner, AsksForMonthsWithinIntervalAndJitter)
{
    Seeded random(1);
    Planner planner(Hourly, {}, {}, random);
    auto now = Start;
    const auto first = planner.first(now);
    EXPECT_EQ(first.why, Why::Start);
    EXPECT_LE(first.wait, 10min);
    now += first.wait;
    int checks = 0;

    for (; now < Start + 24h * 90; ++checks) {
        planner.succeeded();
        const auto plan = planner.next({}, now);
        EXPECT_GE(plan.wait, 1h);
        EXPECT_LE(plan.wait, 70min);
        EXPECT_EQ(plan.why, Why::Interval);
        now += plan.wait;
    }

    EXPECT_NEAR(checks, 90.0 * 24 * 60 / 65, 30);
}

TEST(Planner, IsQuietWhileAServerIsAwayForAMonthAndBackSoonAfter)
{
    Seeded random(2);
    Planner planner(Hourly, {}, {}, random);
    auto now = Start;
    int checks = 0;

    for (; now < Start + 24h * 30; ++checks) {
        planner.failed();
        const auto plan = planner.next({}, now);
        EXPECT_EQ(plan.why, Why::Failure);
        EXPECT_EQ(plan.failures, checks + 1);
        EXPECT_LE(plan.wait, 4h + 10min);
        now += plan.wait;
    }
    planner.succeeded();

    EXPECT_LE(checks, 30 * 24 / 4 + 8);
    EXPECT_EQ(planner.next({}, now).why, Why::Interval);
    EXPECT_EQ(planner.memory().failures, 0);
}

TEST(Planner, KeepsTheBackoffOverARestart)
{
    Share none(0);
    Planner before(Hourly, {}, {}, none);
    for (int i = 0; i < 8; ++i) before.failed();
    ASSERT_EQ(before.next({}, Start).wait, 128min);

    Planner after(Hourly, {}, parseMemory(print(before.memory())), none);
    const auto plan = after.first(Start + 28min);

    EXPECT_EQ(plan.wait, 100min);
    EXPECT_EQ(plan.why, Why::Failure);
    after.failed();
    EXPECT_EQ(after.next({}, Start).wait, 4h);
}

TEST(Planner, SpreadsThoseWhoRestartTogetherAfterWhatIsLeftOfTheBackoff)
{
    Share all(100);
    Planner before(Hourly, {}, {}, all);
    before.failed();
    before.next({}, Start);

    EXPECT_EQ(Planner(Hourly, {}, before.memory(), all).first(Start).wait, 1min + 10min);
}

TEST(Planner, StaysAwayOverARestartButNeverLongerThanAskedWhateverTheClockSays)
{
    Share none(0);
    Planner before(Hourly, {}, {}, none);
    EXPECT_EQ(before.next({6h, {}}, Start).why, Why::StayAway);

    EXPECT_EQ(Planner(Hourly, {}, before.memory(), none).first(Start + 1h).wait, 5h);
    EXPECT_EQ(Planner(Hourly, {}, before.memory(), none).first(Start - 24h * 3650).wait, 6h);
    EXPECT_EQ(Planner(Hourly, {}, before.memory(), none).first(Start + 24h * 3650).wait, 0s);
}

TEST(Planner, ForgetsWhatTheServerAskedWithItsNextAnswer)
{
    Share none(0);
    Planner planner(Hourly, {}, {}, none);
    planner.next({6h, {}}, Start);

    const auto plan = planner.next({}, Start + 6h);

    EXPECT_EQ(plan, (Plan{1h, Why::Interval, 0}));
    EXPECT_FALSE(planner.memory().notBefore);
}

TEST(Planner, DoesNotAskAServerThatHasTooMuchToDoSoonerThanUsual)
{
    Share none(0);
    Planner planner(Hourly, {}, {}, none);
    const Wishes busy{{}, {}, true};
    planner.failed();
    EXPECT_EQ(planner.next(busy, Start), (Plan{1h, Why::Failure, 1}));
    for (int i = 0; i < 7; ++i) planner.failed();
    EXPECT_EQ(planner.next(busy, Start).wait, 128min);
    planner.succeeded();
    planner.failed();

    EXPECT_EQ(planner.next({5min, {}, true}, Start), (Plan{5min, Why::StayAway, 1})) << "it says when";
}

TEST(Planner, TakesTheIntervalThatTheServerWants)
{
    Share all(100);
    Planner planner(Hourly, {}, {}, all);

    EXPECT_EQ(planner.next({{}, 5min}, Start), (Plan{10min, Why::PollInterval, 0}));
    EXPECT_EQ(planner.next({{}, 4h}, Start), (Plan{4h + 10min, Why::PollInterval, 0}));
    EXPECT_EQ(planner.next({}, Start), (Plan{70min, Why::Interval, 0}));
}

TEST(Planner, ChecksOnlyInItsWindowsAndSpreadThere)
{
    Share none(0);
    Share all(100);
    const auto nights = windows("02:00-05:00");

    EXPECT_EQ(Planner(Hourly, nights, {}, none).first(Start), (Plan{2h, Why::Window, 0}));
    EXPECT_EQ(Planner(Hourly, nights, {}, all).first(Start), (Plan{3h, Why::Window, 0}));
    EXPECT_EQ(Planner(Hourly, nights, {}, none).next({}, Start + 2h), (Plan{1h, Why::Interval, 0}));
    EXPECT_EQ(Planner(Hourly, nights, {}, none).next({}, Start + 4h), (Plan{22h, Why::Window, 0}));
    EXPECT_EQ(Planner({24h, 0s}, windows("02:00-02:01"), {}, all).first(Start).wait, 2h + 1min - 1ms)
        << "the last moment of the window, not the first after it";
}

TEST(Planner, SpreadsThoseWhoWakeTogether)
{
    Share none(0);
    Share all(100);

    EXPECT_EQ(Planner(Hourly, {}, {}, none).woken(Start), (Plan{0s, Why::Sleep, 0}));
    EXPECT_EQ(Planner(Hourly, {}, {}, all).woken(Start), (Plan{10min, Why::Sleep, 0}));
}

TEST(Planner, SaysWhyTheNextCheckComesThen)
{
    EXPECT_EQ(describe({1min, Why::Failure, 3}), "retry 3 after failures");
    EXPECT_EQ(describe({1min, Why::StayAway, 0}), "the server asked to stay away");
    EXPECT_EQ(describe({1min, Why::Interval, 0}), "the interval");
    EXPECT_EQ(describe({1min, Why::Window, 0}), "the check window opens");
}

} // namespace
} // namespace baton::schedule
