// What takes minutes: many hand-offs under more load, and processes killed at moments that nobody chose.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <csignal>
#include <iostream>
#include <random>
#include <thread>

namespace baton::system {
namespace {

struct Long : Relay {};

std::string versionOf(int number) { return "1." + std::to_string(number) + ".0"; }

TEST_F(Long, TwoHundredHandOffsLoseNoRequest)
{
    constexpr int HandOffs = 200;
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, "150ms"}));
    Clients clients(scratch, web, {"--new", "300", "--kept", "300", "--connections", "64"});

    for (int i = 1; i <= HandOffs; ++i) {
        const auto file = scratch.copyOf(HELLO, versionOf(i));
        ASSERT_TRUE(update(versionOf(i), file, versionOf(i) + " committed"));
        server->withdraw(App, versionOf(i));
        fs::remove(file);
    }
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(history().size(), static_cast<std::size_t>(HandOffs));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Long, AnyProcessMayDieAtAnyMoment)
{
    constexpr int Rounds = 60;
    constexpr int LongestUpdate = 900; // milliseconds, about
    const auto seed = std::random_device{}();
    std::cout << "seed " << seed << '\n';
    std::mt19937 random(seed);
    const std::string lines = "check 0\nready\nserve\nexit 0\n#" + std::string(4'000'000, 'x');
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", lines).string()}, {"--try", "--check"}, {"web=127.0.0.1:0"}, "200ms"}));

    for (int i = 1; i <= Rounds; ++i) {
        publish(versionOf(i), scratch.actor(versionOf(i), lines));
        check();
        std::this_thread::sleep_for(Patience(random() % LongestUpdate)); // The moment is the test.
        auto pids = childrenOf(baton->pid());
        pids.push_back(baton->pid());
        ::kill(pids.at(random() % pids.size()), SIGKILL);

        EXPECT_TRUE(stateIsWhole());
        const auto done = [&] {
            if (baton->hasEnded()) restart();
            return isServing(versionOf(i)) && ask() == versionOf(i) + '\n';
        };
        // A candidate that is killed is a release that fails: it is taken back, and that is right.
        const auto takenBack = [&] {
            return !history().empty() && history().back().starts_with("rolledBack " + versionOf(i));
        };
        ASSERT_TRUE(eventually([&] { return takenBack() || done(); }, Patience(60'000))) << "round " << i;
        if (baton->hasEnded()) restart();
        ASSERT_TRUE(eventually([&] { return !ask().empty(); }));
    }
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

} // namespace
} // namespace baton::system
