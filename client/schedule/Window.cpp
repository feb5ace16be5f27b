#include "client/schedule/Window.h"

#include "client/core/Text.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace baton::schedule {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr minutes Day = hours(24);
constexpr std::size_t LongestZone = 64;
constexpr std::array<std::string_view, 7> DayNames{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

Failure wrong(std::string_view what) { return {Category::None, code::Unexplained, std::string(what)}; }

std::optional<std::size_t> parseDay(std::string_view text)
{
    const auto* const found = std::find(DayNames.begin(), DayNames.end(), text);
    if (found == DayNames.end()) return std::nullopt;
    return static_cast<std::size_t>(found - DayNames.begin());
}

// "Fri-Mon" goes over the end of the week.
bool addDays(std::array<bool, 7>& days, std::string_view text)
{
    for (const auto part : split(text, ',')) {
        const auto ends = split(part, '-');
        const auto first = parseDay(ends.front());
        const auto last = parseDay(ends.back());
        if (ends.size() > 2 || !first || !last) return false;
        for (auto day = *first; day != *last; day = (day + 1) % days.size()) days.at(day) = true;
        days.at(*last) = true;
    }
    return true;
}

std::optional<minutes> parseTime(std::string_view text)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U})
        if (!isDigit(text[at])) return std::nullopt;
    const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
    const auto time = hours(number(0)) + minutes(number(3));
    return number(3) > 59 || time > Day ? std::nullopt : std::optional<minutes>(time);
}

bool looksLikeTimes(std::string_view word) { return !word.empty() && word.front() >= '0' && word.front() <= '9'; }

bool isZoneName(std::string_view text)
{
    const auto fits = [](unsigned char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
               c == '-' || c == '/';
    };
    return !text.empty() && text.size() <= LongestZone && text.front() != '/' &&
           std::all_of(text.begin(), text.end(), fits);
}

std::string printTime(minutes time)
{
    const auto two = [](auto number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(time.count() / 60) + ':' + two(time.count() % 60);
}

std::string printDays(const std::array<bool, 7>& days)
{
    std::string text;
    for (std::size_t first = 0; first < days.size(); ++first) {
        if (!days.at(first)) continue;
        auto last = first;
        while (last + 1 < days.size() && days.at(last + 1)) ++last;
        text += (text.empty() ? "" : ",") + std::string(DayNames.at(first));
        if (last > first) text += '-' + std::string(DayNames.at(last));
        first = last;
    }
    return text;
}

} // namespace

minutes Window::length() const { return end > begin ? end - begin : end - begin + Day; }

Result<Window> parseWindow(std::string_view text)
{
    auto words = split(text, ' ');
    Window window;
    if (looksLikeTimes(words.front()))
        window.days.fill(true);
    else if (addDays(window.days, words.front()))
        words.erase(words.begin());
    else
        return wrong("begins with neither days (Mon-Fri, or Sat,Sun) nor a time (02:00-05:00)");
    if (words.empty() || words.size() > 2) return wrong("is not of the form [DAYS] HH:MM-HH:MM [ZONE]");
    const auto times = split(words.front(), '-');
    const auto begin = parseTime(times.front());
    const auto end = parseTime(times.back());
    if (times.size() != 2 || !begin || !end || *begin == Day)
        return wrong("has no times of the form HH:MM-HH:MM, from 00:00 to 24:00");
    if (*begin == *end) return wrong("begins when it ends; a whole day is 00:00-24:00");
    window.begin = *begin;
    window.end = *end;
    if (words.size() == 1) return window;
    if (!isZoneName(words.back())) return wrong("has a time zone that is none, such as Europe/Berlin or UTC");
    window.zone = words.back();
    return window;
}

std::string print(const Window& window)
{
    const bool daily = std::find(window.days.begin(), window.days.end(), false) == window.days.end();
    auto text = daily ? std::string() : printDays(window.days) + ' ';
    text += printTime(window.begin) + '-' + printTime(window.end);
    return window.zone.empty() ? text : text + ' ' + window.zone;
}

} // namespace baton::schedule
