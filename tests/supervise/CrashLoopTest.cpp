#include "client/supervise/CrashLoop.h"

#include <gtest/gtest.h>

#include <csignal>

namespace baton::supervise {
namespace {

using namespace std::chrono_literals;

const store::ReleaseKey One{"1.0.0", std::string(64, 'a')};
const store::ReleaseKey Two{"2.0.0", std::string(64, 'b')};
constexpr os::ExitStatus Failed{false, 3};

TEST(CrashLoop, CountsShortRunsOfOneReleaseInARow)
{
    auto crashes = countedWith(std::nullopt, One, 5s, Failed);
    EXPECT_EQ(crashes, (store::Crashes{One, 1}));
    EXPECT_FALSE(isLoop(crashes));
    crashes = countedWith(crashes, One, 59s, Failed);
    crashes = countedWith(crashes, One, 0s, {true, SIGSEGV});

    EXPECT_EQ(crashes, (store::Crashes{One, 3}));
    EXPECT_TRUE(isLoop(crashes));
    EXPECT_EQ(describe(*crashes, {true, SIGSEGV}),
              "it died 3 times within 1m of its start, the last time with signal 11 (SIGSEGV)");
}

TEST(CrashLoop, BeginsAnewWithALongRunAnotherReleaseOrAnOrderlyEnd)
{
    const std::optional<store::Crashes> two{{One, 2}};

    EXPECT_EQ(countedWith(two, One, 60s, Failed), std::nullopt);
    EXPECT_EQ(countedWith(two, One, 1s, {false, 0}), std::nullopt);
    EXPECT_EQ(countedWith(two, Two, 1s, Failed), (store::Crashes{Two, 1}));
}

TEST(CrashLoop, KnowsAnEndThatSomebodyWanted)
{
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE}) {
        EXPECT_FALSE(isFailure({true, signal})) << signal;
        EXPECT_FALSE(isFailure({false, 128 + signal})) << signal;
    }
    EXPECT_FALSE(isFailure({false, 0}));
    EXPECT_TRUE(isFailure({false, 1}));
    EXPECT_TRUE(isFailure({true, SIGKILL}));
}

} // namespace
} // namespace baton::supervise
