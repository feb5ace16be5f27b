#include "client/core/Timestamp.h"

#include <array>
#include <cstdio>

namespace baton {
namespace {

// `width` digits at `at`, nothing else; -1 if they are not there.
int digits(std::string_view text, std::size_t at, std::size_t width)
{
    if (at + width > text.size()) return -1;
    int number = 0;
    for (const char c : text.substr(at, width)) {
        if (c < '0' || c > '9') return -1;
        number = number * 10 + (c - '0');
    }
    return number;
}

} // namespace

std::optional<WallTime> parseTimestamp(std::string_view text)
{
    const bool fraction = text.size() == 24 && text[19] == '.';
    if ((text.size() != 20 && !fraction) || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text.back() != 'Z')
        return std::nullopt;

    const int year = digits(text, 0, 4);
    const int month = digits(text, 5, 2);
    const int day = digits(text, 8, 2);
    const int hour = digits(text, 11, 2);
    const int minute = digits(text, 14, 2);
    const int second = digits(text, 17, 2);
    const int millisecond = fraction ? digits(text, 20, 3) : 0;
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day))};
    if (year < 1970 || month < 0 || day < 0 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
        second < 0 || second > 59 || millisecond < 0)
        return std::nullopt;
    return WallTime(sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) + milliseconds(millisecond);
}

std::string printTimestamp(WallTime time)
{
    using namespace std::chrono;
    const auto date = floor<days>(time);
    const year_month_day day(date);
    const hh_mm_ss clock(floor<seconds>(time - date));
    std::array<char, 32> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(day.year()),
        static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace baton
