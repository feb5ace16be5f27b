#include "tests/bench/fleet/Fleet.h"

#include "tests/bench/fleet/Plot.h"
#include "tests/bench/fleet/Scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::fleet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// Chance alone moves the peak of 20,000 clients further from the mean than that of 100,000: their limits are wider.
constexpr Limits Wider{1.9, 1.65, 3.0};

World small()
{
    World world;
    world.clients = 20'000;
    return world;
}

TEST(Fleet, AsksNearlyEvenlyAndDoesNotFallUponAServerThatIsBack)
{
    for (const auto& scenario : Scenarios) {
        const auto peaks = peaksOf(simulate(small(), scenario), small());
        EXPECT_TRUE(hold(peaks, Wider)) << scenario.name << ": " << peaks.settling << ' ' << peaks.calm << ' '
                                        << peaks.hourAfter;
        EXPECT_NEAR(peaks.meanPerMinute, 20'000 / 45.0, 25) << "an interval of 30 minutes and half as much again";
    }
}

TEST(Fleet, WouldStormWithoutJitter)
{
    auto world = small();
    world.clients = 2'000;
    world.rhythm.jitter = 0s;

    EXPECT_FALSE(hold(peaksOf(simulate(world, Scenarios.front()), world), Wider));
}

TEST(Fleet, IsTheSameForTheSameSeed)
{
    auto world = small();
    world.clients = 500;
    const auto first = simulate(world, Scenarios.front());
    EXPECT_EQ(simulate(world, Scenarios.front()), first);

    world.seed = 2;

    EXPECT_NE(simulate(world, Scenarios.front()), first);
}

TEST(Fleet, IsDrawnWithItsLimits)
{
    auto world = small();
    world.clients = 500;
    const auto perMinute = simulate(world, Scenarios.front());

    const auto image = draw(perMinute, world, peaksOf(perMinute, world), Limits());

    for (const auto* part : {"<svg xmlns", "class=\"curve\"", "class=\"limit\"", "class=\"outage\"", "</svg>"})
        EXPECT_THAT(image, HasSubstr(part));
    EXPECT_EQ(image.find("nan"), std::string::npos);
}

} // namespace
} // namespace baton::fleet
