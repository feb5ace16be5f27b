#include "client/schedule/Openings.h"

#include "client/core/Timestamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

WallTime at(const std::string& text) { return parseTimestamp(text).value(); }

Openings openings(std::initializer_list<const char*> texts, const std::string& zone = "UTC")
{
    std::vector<Window> windows;
    for (const auto* text : texts) windows.push_back(parseWindow(text).value());
    return {windows, zone};
}

std::string next(const Openings& windows, const std::string& time)
{
    const auto opening = windows.at(at(time)).value();
    return printTimestamp(opening.from) + " " + printTimestamp(opening.to);
}

TEST(Openings, AreAlwaysOpenWithoutWindows)
{
    EXPECT_TRUE(Openings().isOpen(at("2026-11-23T17:00:00Z")));
    EXPECT_FALSE(Openings().at(at("2026-11-23T17:00:00Z")));
}

TEST(Openings, OpenOnTheirDaysAtTheirTimes) // The 23rd is a Monday.
{
    const auto nights = openings({"Mon-Fri 02:00-05:00"});

    EXPECT_FALSE(nights.isOpen(at("2026-11-23T01:59:59Z")));
    EXPECT_TRUE(nights.isOpen(at("2026-11-23T02:00:00Z")));
    EXPECT_TRUE(nights.isOpen(at("2026-11-23T04:59:59Z")));
    EXPECT_FALSE(nights.isOpen(at("2026-11-23T05:00:00Z")));
    EXPECT_FALSE(nights.isOpen(at("2026-11-28T03:00:00Z"))) << "a Saturday";
    EXPECT_EQ(next(nights, "2026-11-27T05:00:00Z"), "2026-11-30T02:00:00Z 2026-11-30T05:00:00Z");
}

TEST(Openings, GoOverMidnightFromTheDayOnWhichTheyBegin)
{
    const auto night = openings({"Fri 22:00-04:00"});

    EXPECT_TRUE(night.isOpen(at("2026-11-28T03:59:59Z")));
    EXPECT_FALSE(night.isOpen(at("2026-11-27T03:00:00Z")));
    EXPECT_EQ(next(night, "2026-11-28T04:00:00Z"), "2026-12-04T22:00:00Z 2026-12-05T04:00:00Z");
}

TEST(Openings, AreTheEarliestOfSeveral)
{
    const auto two = openings({"Sat 10:00-12:00", "Mon 10:00-12:00"});

    EXPECT_EQ(next(two, "2026-11-23T12:00:00Z"), "2026-11-28T10:00:00Z 2026-11-28T12:00:00Z");
    EXPECT_EQ(next(two, "2026-11-28T12:00:00Z"), "2026-11-30T10:00:00Z 2026-11-30T12:00:00Z");
}

TEST(Openings, AreInTheZoneThatIsNamedOrElseInTheGivenOne)
{
    EXPECT_EQ(next(openings({"Mon 02:00-05:00 America/New_York"}), "2026-11-23T00:00:00Z"),
              "2026-11-23T07:00:00Z 2026-11-23T10:00:00Z");
    EXPECT_EQ(next(openings({"Mon 02:00-05:00"}, "Asia/Tokyo"), "2026-11-22T00:00:00Z"),
              "2026-11-22T17:00:00Z 2026-11-22T20:00:00Z")
        << "Monday begins in Tokyo on Sunday";
    EXPECT_EQ(next(openings({"Sun 20:00-22:00"}, "Pacific/Honolulu"), "2026-11-23T07:00:00Z"),
              "2026-11-23T06:00:00Z 2026-11-23T08:00:00Z");
}

TEST(Openings, KeepTheirCivilTimeOverTheChangeOfTheClock)
{
    const auto nights = openings({"22:00-04:00 Europe/Berlin"});

    EXPECT_EQ(next(nights, "2026-03-28T12:00:00Z"), "2026-03-28T21:00:00Z 2026-03-29T02:00:00Z") << "five hours";
    EXPECT_EQ(next(nights, "2026-03-29T12:00:00Z"), "2026-03-29T20:00:00Z 2026-03-30T02:00:00Z");
    EXPECT_EQ(next(nights, "2026-10-24T12:00:00Z"), "2026-10-24T20:00:00Z 2026-10-25T03:00:00Z") << "seven hours";
}

// In Berlin the 29th of March 2026 has no 02:00-03:00 (01:00Z), in New York the 8th no 02:00-03:00 (07:00Z).
TEST(Openings, OpenAfterTheMissingHourWhenTheyWouldLieInIt)
{
    EXPECT_EQ(next(openings({"02:15-02:45 Europe/Berlin"}), "2026-03-28T12:00:00Z"),
              "2026-03-29T01:00:00Z 2026-03-29T01:30:00Z");
    EXPECT_EQ(next(openings({"02:15-02:45 America/New_York"}), "2026-03-07T12:00:00Z"),
              "2026-03-08T07:00:00Z 2026-03-08T07:30:00Z");
    EXPECT_EQ(next(openings({"01:30-02:30 Europe/Berlin"}), "2026-03-28T12:00:00Z"),
              "2026-03-29T00:30:00Z 2026-03-29T01:00:00Z");
    EXPECT_EQ(next(openings({"02:30-04:00 Europe/Berlin"}), "2026-03-28T12:00:00Z"),
              "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z");
}

// In Berlin the 25th of October 2026 has 02:00-03:00 twice (00:00Z and 01:00Z), in New York the 1st of November.
TEST(Openings, OpenOnceInTheHourThatComesTwice)
{
    const auto berlin = openings({"02:15-02:45 Europe/Berlin"});

    EXPECT_EQ(next(berlin, "2026-10-24T12:00:00Z"), "2026-10-25T00:15:00Z 2026-10-25T00:45:00Z");
    EXPECT_EQ(next(berlin, "2026-10-25T00:45:00Z"), "2026-10-26T01:15:00Z 2026-10-26T01:45:00Z");
    EXPECT_EQ(next(openings({"01:15-01:45 America/New_York"}), "2026-10-31T12:00:00Z"),
              "2026-11-01T05:15:00Z 2026-11-01T05:45:00Z");
    EXPECT_EQ(next(openings({"01:30-03:30 Europe/Berlin"}), "2026-10-24T12:00:00Z"),
              "2026-10-24T23:30:00Z 2026-10-25T02:30:00Z");
}

TEST(Openings, OpenEachNightOfTheYearOnceForEveryZone)
{
    for (const auto* zone : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"}) {
        const auto nights = openings({"02:10-02:50"}, zone);
        int opened = 0;
        const auto end = at("2027-01-01T12:00:00Z");
        auto time = at("2026-01-01T12:00:00Z");
        for (auto opening = nights.at(time).value(); opening.to < end; opening = nights.at(time).value()) {
            EXPECT_GE(opening.from, time);
            EXPECT_GT(opening.to, opening.from);
            EXPECT_LE(opening.to - opening.from, 70min);
            time = opening.to;
            ++opened;
        }
        EXPECT_EQ(opened, 365) << zone;
    }
}

TEST(Openings, RefuseAZoneThatNobodyKnows)
{
    try {
        openings({"02:00-05:00 Mars/Olympus"});
        FAIL() << "it was taken";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("no time zone Mars/Olympus"));
    }
}

TEST(Openings, TakeTheZoneOfTheVariableWhereItNamesOne)
{
    EXPECT_EQ(systemZone("Europe/Berlin"), "Europe/Berlin");
    EXPECT_EQ(systemZone(":America/New_York"), "America/New_York");
    EXPECT_FALSE(systemZone(nullptr).empty());
    EXPECT_EQ(systemZone("no zone"), systemZone(nullptr));
}

} // namespace
} // namespace baton::schedule
