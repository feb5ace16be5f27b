#include "tests/bench/fleet/Fleet.h"

#include "tests/bench/fleet/Plot.h"
#include "tests/bench/fleet/Scenarios.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::fleet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

World of(int clients)
{
    World world;
    world.clients = clients;
    return world;
}

TEST(Fleet, AsksNearlyEvenlyAndDoesNotFallUponAServerThatIsBack)
{
    const auto world = of(100'000);
    for (const auto& scenario : Scenarios) {
        const auto peaks = peaksOf(simulate(world, scenario), world);
        EXPECT_TRUE(hold(peaks, Limits()))
            << scenario.name << ": " << peaks.settling << ' ' << peaks.calm << ' ' << peaks.hourAfter;
        EXPECT_NEAR(peaks.meanPerMinute, 100'000 / 45.0, 125) << "an interval of 30 minutes and half as much again";
    }
}

TEST(Fleet, WouldStormWithoutJitter)
{
    auto world = of(2'000);
    world.rhythm.jitter = 0s;

    EXPECT_FALSE(hold(peaksOf(simulate(world, Scenarios.front()), world), Limits()));
}

TEST(Fleet, IsTheSameForTheSameSeed)
{
    auto world = of(500);
    const auto first = simulate(world, Scenarios.front());
    EXPECT_EQ(simulate(world, Scenarios.front()), first);

    world.seed = 2;

    EXPECT_NE(simulate(world, Scenarios.front()), first);
}

TEST(Fleet, IsDrawnWithItsLimits)
{
    const auto world = of(500);
    const auto perMinute = simulate(world, Scenarios.front());

    const auto image = draw(perMinute, world, peaksOf(perMinute, world), Limits());

    for (const auto* part : {"<svg xmlns", "class=\"curve\"", "class=\"limit\"", "class=\"outage\"", "</svg>"})
        EXPECT_THAT(image, HasSubstr(part));
    EXPECT_EQ(image.find("nan"), std::string::npos);
}

} // namespace
} // namespace baton::fleet
