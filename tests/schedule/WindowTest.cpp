#include "client/schedule/Window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::schedule {
namespace {

using ::testing::HasSubstr;

TEST(Window, ReadsDaysTimesAndZone)
{
    const auto window = parseWindow("Mon-Wed,Sat 22:00-04:30 Europe/Berlin");

    ASSERT_TRUE(window);
    EXPECT_EQ(window->days, (std::array{true, true, true, false, false, true, false}));
    EXPECT_EQ(window->begin, std::chrono::hours(22));
    EXPECT_EQ(window->end, std::chrono::minutes(270));
    EXPECT_EQ(window->zone, "Europe/Berlin");
    EXPECT_EQ(window->length(), std::chrono::minutes(390));
}

TEST(Window, PrintsAsItReads)
{
    for (const std::string text :
         {"02:00-05:00", "Mon 00:00-24:00", "Sat,Sun 02:00-05:00 UTC", "Mon-Fri 22:00-04:00 America/New_York",
          "Mon,Wed,Fri-Sun 00:00-00:01", "23:59-00:00 Etc/GMT+5"}) {
        const auto window = parseWindow(text);
        ASSERT_TRUE(window) << text;
        EXPECT_EQ(print(*window), text == "Sat,Sun 02:00-05:00 UTC" ? "Sat-Sun 02:00-05:00 UTC" : text);
        EXPECT_EQ(*parseWindow(print(*window)), *window);
    }
}

TEST(Window, GoesOverTheEndOfTheWeek)
{
    EXPECT_EQ(parseWindow("Sat-Mon 01:00-02:00")->days, (std::array{true, false, false, false, false, true, true}));
}

TEST(Window, IsRefusedWithWhatIsWrong)
{
    const std::vector<std::pair<std::string, std::string>> cases{{"", "neither days"},
                                                                 {"Mon", "not of the form"},
                                                                 {"mon 02:00-05:00", "neither days"},
                                                                 {"Monday 02:00-05:00", "neither days"},
                                                                 {"Mon- 02:00-05:00", "neither days"},
                                                                 {"Mon-Tue-Wed 02:00-05:00", "neither days"},
                                                                 {"Mon,,Tue 02:00-05:00", "neither days"},
                                                                 {"Mon-Fri  02:00-05:00", "no times"},
                                                                 {"Mon-Fri 2:00-5:00", "no times"},
                                                                 {"02:00", "no times"},
                                                                 {"02:00-05:00-06:00", "no times"},
                                                                 {"02:60-05:00", "no times"},
                                                                 {"02:00-24:01", "no times"},
                                                                 {"24:00-02:00", "no times"},
                                                                 {"0a:00-05:00", "no times"},
                                                                 {"02:00-02:00", "begins when it ends"},
                                                                 {"02:00-05:00 ", "time zone"},
                                                                 {"02:00-05:00 /etc/passwd", "time zone"},
                                                                 {"02:00-05:00 ../../etc/passwd", "time zone"},
                                                                 {"02:00-05:00 UTC please", "not of the form"}};
    for (const auto& [text, reason] : cases) {
        const auto window = parseWindow(text);
        ASSERT_FALSE(window) << text;
        EXPECT_THAT(window.error().detail, HasSubstr(reason)) << text;
    }
}

} // namespace
} // namespace baton::schedule
