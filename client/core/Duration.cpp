#include "client/core/Duration.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace baton {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};

// From the largest, so that printing finds the largest that divides.
constexpr std::array Units{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000},
                           Unit{"ms", 1}};

constexpr std::int64_t Longest = 10LL * 366 * 86'400'000;

} // namespace

std::optional<Duration> parseDuration(std::string_view text)
{
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || number < 0) return std::nullopt;

    const std::string_view unit(rest, static_cast<std::size_t>(end - rest));
    for (const auto& known : Units) {
        if (unit != known.name) continue;
        if (number > Longest / known.milliseconds) return std::nullopt;
        return Duration(number * known.milliseconds);
    }
    return std::nullopt;
}

std::string printDuration(Duration duration)
{
    const auto count = duration.count();
    if (count == 0) return "0s";
    if (count % 60'000 != 0 && count % 1'000 == 0) return std::to_string(count / 1'000) + "s";
    for (const auto& unit : Units)
        if (count % unit.milliseconds == 0) return std::to_string(count / unit.milliseconds) + std::string(unit.name);
    return {};
}

} // namespace baton
