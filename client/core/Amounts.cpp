#include "client/core/Amounts.h"

#include "client/core/Text.h"

#include <array>
#include <limits>
#include <string_view>

namespace baton {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t bytes;
};
constexpr std::array SizeUnits{Unit{"kB", 1000}, Unit{"MB", 1'000'000}, Unit{"GB", 1'000'000'000}};
constexpr std::string_view ASecond = "/s";

// One digit after the point, cut, not rounded: 999,999 bytes are no "1000.0 kB".
std::string withTenth(std::int64_t amount, std::int64_t unit)
{
    return std::to_string(amount / unit) + '.' + std::to_string(amount % unit * 10 / unit);
}

} // namespace

std::string printSize(std::int64_t bytes)
{
    static constexpr std::array<std::string_view, 3> Units{" kB", " MB", " GB"};
    if (bytes < 1000) return std::to_string(bytes) + " bytes";
    std::int64_t unit = 1000;
    std::size_t name = 0;
    while (bytes / unit >= 1000 && name + 1 < Units.size()) {
        unit *= 1000;
        ++name;
    }
    return withTenth(bytes, unit).append(Units[name]);
}

std::string printSeconds(Duration duration) { return withTenth(duration.count(), 1000) + 's'; }

std::optional<std::int64_t> parseRate(std::string_view text)
{
    if (!text.ends_with(ASecond)) return std::nullopt;
    return parseSize(text.substr(0, text.size() - ASecond.size()));
}

std::optional<std::int64_t> parseSize(std::string_view text)
{
    for (const auto& unit : SizeUnits) {
        if (!text.ends_with(unit.name)) continue;
        const auto number = parseNumber(text.substr(0, text.size() - unit.name.size()));
        if (!number || *number == 0 || *number > std::numeric_limits<std::int64_t>::max() / unit.bytes) break;
        return *number * unit.bytes;
    }
    return std::nullopt;
}

} // namespace baton
