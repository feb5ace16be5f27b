#include "client/schedule/Memory.h"

#include "client/core/Timestamp.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;

const WallTime Now = parseTimestamp("2026-11-23T17:00:00Z").value();
const Memory Waiting{3, Now, Now + 2h, Why::StayAway};

TEST(Memory, PrintsAndParsesAllThatItHolds)
{
    EXPECT_EQ(parseMemory(print(Waiting)), Waiting);
    EXPECT_EQ(parseMemory(print(Memory())), Memory());
    for (const auto why : {Why::Start, Why::Sleep, Why::Interval, Why::PollInterval, Why::Failure, Why::Window})
        EXPECT_EQ(parseMemory(print({1, {}, {}, why})).why, why);
}

TEST(Memory, IsRefusedWhenItIsDamaged)
{
    const auto whole = print(Waiting);
    for (std::size_t length = 0; length + 2 < whole.size(); ++length)
        EXPECT_THROW(parseMemory(whole.substr(0, length)), std::runtime_error) << length;
    for (const auto* text :
         {"[]", "{}", R"({"format":2,"failures":0,"lastCheck":null,"notBefore":null,"why":"start"})",
          R"({"format":1,"failures":-1,"lastCheck":null,"notBefore":null,"why":"start"})",
          R"({"format":1,"failures":1e30,"lastCheck":null,"notBefore":null,"why":"start"})",
          R"({"format":1,"failures":99999999999999999999999,"lastCheck":null,"notBefore":null,"why":"start"})",
          R"({"format":1,"failures":0,"lastCheck":"soon","notBefore":null,"why":"start"})",
          R"({"format":1,"failures":0,"lastCheck":null,"notBefore":null,"why":"mood"})"})
        EXPECT_THROW(parseMemory(text), std::runtime_error) << text;
}

TEST(Memory, StillWaitsForWhatIsLeft)
{
    EXPECT_EQ(leftOf(Waiting, Now, 24h), 2h);
    EXPECT_EQ(leftOf(Waiting, Now + 30min, 24h), 90min);
    EXPECT_EQ(leftOf(Waiting, Now + 3h, 24h), 0s);
    EXPECT_EQ(leftOf(Memory(), Now, 24h), 0s);
}

TEST(Memory, NeverWaitsLongerThanWasMeantWhereverTheClockWasSet)
{
    EXPECT_EQ(leftOf(Waiting, Now - 24h * 365, 24h), 2h) << "the clock was a year ahead when it was written";
    EXPECT_EQ(leftOf(Waiting, Now + 24h * 365, 24h), 0s) << "the clock was a year behind when it was written";
}

TEST(Memory, NeverWaitsLongerThanTheLongestWhateverIsWritten)
{
    EXPECT_EQ(leftOf({1, Now, Now + 24h * 365, Why::Failure}, Now, 24h), 24h);
    EXPECT_EQ(leftOf({1, Now, Now - 24h * 365, Why::Failure}, Now, 24h), 0s);
}

} // namespace
} // namespace baton::schedule
