#include "client/schedule/Openings.h"

#include <date/tz.h>

#include <stdexcept>
#include <string_view>
#include <utility>

namespace baton::schedule {
namespace {

constexpr date::days LookBack{2};  // A window may begin yesterday, and a zone be a day ahead.
constexpr date::days LookAhead{9}; // A week, and the same.

bool isZone(const std::string& name)
try {
    return date::locate_zone(name) != nullptr;
} catch (const std::exception&) {
    return false;
}

WallTime civil(const date::time_zone& zone, date::local_days day, std::chrono::minutes time)
{
    return date::floor<Duration>(zone.to_sys(day + time, date::choose::earliest));
}

Opening openingOn(const date::time_zone& zone, date::local_days day, const Window& window)
{
    const auto from = civil(zone, day, window.begin);
    const auto to = civil(zone, day, window.begin + window.length());
    return {from, to > from ? to : from + window.length()};
}

bool beginsOn(const Window& window, date::local_days day)
{
    return window.days.at(date::weekday(day).iso_encoding() - 1);
}

std::optional<Opening> openingOf(const Window& window, WallTime time)
{
    const auto* const zone = date::locate_zone(window.zone);
    const auto today = date::floor<date::days>(zone->to_local(time));
    std::optional<Opening> found;
    for (auto day = today - LookBack; day <= today + LookAhead; day += date::days(1)) {
        if (!beginsOn(window, day)) continue;
        const auto opening = openingOn(*zone, day, window);
        if (opening.to > time && (!found || opening.from < found->from)) found = opening;
    }
    return found;
}

} // namespace

Openings::Openings(std::vector<Window> windows, const std::string& zone) : windows_(std::move(windows))
{
    for (auto& window : windows_) {
        if (window.zone.empty()) window.zone = zone;
        if (!isZone(window.zone))
            throw std::runtime_error("this system knows no time zone " + window.zone +
                                     "; it is one of those in /usr/share/zoneinfo, such as Europe/Berlin");
    }
}

std::optional<Opening> Openings::at(WallTime time) const
{
    std::optional<Opening> found;
    for (const auto& window : windows_) {
        const auto opening = openingOf(window, time);
        if (opening && (!found || opening->from < found->from)) found = opening;
    }
    return found;
}

bool Openings::isOpen(WallTime time) const
{
    const auto opening = at(time);
    return windows_.empty() || (opening && opening->from <= time);
}

std::string systemZone(const char* variable)
try {
    std::string_view name = variable == nullptr ? "" : variable;
    if (name.starts_with(':')) name.remove_prefix(1);
    if (isZone(std::string(name))) return std::string(name);
    return date::current_zone()->name();
} catch (const std::exception&) {
    return "UTC"; // A container often says nothing of its zone.
}

} // namespace baton::schedule
