#include "client/core/RetryAfter.h"

#include "client/core/Text.h"

#include <algorithm>
#include <ctime>
#include <string>

namespace baton {
namespace {

constexpr std::int64_t MostSeconds = 86'400;

// "Mon, 23 Nov 2026 17:00:00 GMT", the form that servers must send today.
std::optional<WallTime> parseHttpDate(std::string_view text)
{
    std::tm parts{};
    const std::string whole(text);
    const auto* const end = ::strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

} // namespace

std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text, WallTime now)
{
    if (const auto seconds = parseNumber(text)) return std::chrono::seconds(std::min(*seconds, MostSeconds));
    const auto date = parseHttpDate(text);
    if (!date) return std::nullopt;
    const auto stay = std::chrono::duration_cast<std::chrono::seconds>(*date - now);
    return std::clamp(stay, std::chrono::seconds(0), std::chrono::seconds(MostSeconds));
}

} // namespace baton
