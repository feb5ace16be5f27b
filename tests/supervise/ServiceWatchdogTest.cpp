#include "client/supervise/ServiceWatchdog.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <string>

namespace baton::supervise {
namespace {

TEST(ServiceWatchdog, SpeaksTwiceInTheTimeThatItIsGiven)
{
    EXPECT_EQ(watchdogPause("30000000", nullptr), Duration(15'000));
    EXPECT_EQ(watchdogPause("30000000", std::to_string(::getpid()).c_str()), Duration(15'000));
}

TEST(ServiceWatchdog, IsSilentWhereNobodyAskedUs)
{
    EXPECT_EQ(watchdogPause(nullptr, nullptr), std::nullopt);
    EXPECT_EQ(watchdogPause("30000000", "1"), std::nullopt);
    EXPECT_EQ(watchdogPause("0", nullptr), std::nullopt);
    EXPECT_EQ(watchdogPause("-5", nullptr), std::nullopt);
    EXPECT_EQ(watchdogPause("soon", nullptr), std::nullopt);
}

} // namespace
} // namespace baton::supervise
