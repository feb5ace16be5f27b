#include "client/schedule/Schedule.h"

#include "client/core/Text.h"

#include <algorithm>
#include <ctime>
#include <random>
#include <string>

namespace baton::schedule {
namespace {

using namespace std::chrono_literals;

constexpr Duration FirstRetry = 30s;
constexpr int MostDoublings = 16;
constexpr Duration ShortestStay = 60s;
constexpr Duration LongestStay = 24h;

Duration afterFailures(const Rhythm& rhythm, int failures)
{
    const auto doublings = std::clamp(failures - 1, 0, MostDoublings);
    return std::min(rhythm.interval, FirstRetry * (1 << doublings));
}

// "Mon, 23 Nov 2026 17:00:00 GMT", the form that servers must send today.
std::optional<WallTime> parseHttpDate(std::string_view text)
{
    std::tm parts{};
    const std::string whole(text);
    const auto* const end = ::strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    if (end == nullptr || *end != '\0') return std::nullopt;
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

Duration clampStay(std::chrono::seconds stay) { return std::clamp<Duration>(stay, ShortestStay, LongestStay); }

} // namespace

Duration SystemRandom::upTo(Duration limit)
{
    std::random_device device; // Asked once an hour: no generator is worth its state.
    return Duration(std::uniform_int_distribution<Duration::rep>(0, std::max<Duration::rep>(limit.count(), 0))(device));
}

Duration untilFirst(const Rhythm& rhythm, Random& random)
{
    return random.upTo(std::min(rhythm.jitter, rhythm.interval));
}

Duration untilNext(const Rhythm& rhythm, int failuresInARow, std::optional<Duration> stayAway, Random& random)
{
    const auto wait = failuresInARow > 0 ? afterFailures(rhythm, failuresInARow) : rhythm.interval;
    const auto jitter = failuresInARow > 0 ? std::min(rhythm.jitter, wait) : rhythm.jitter;
    return std::max(wait, stayAway.value_or(Duration(0))) + random.upTo(jitter);
}

std::optional<Duration> parseRetryAfter(std::string_view text, WallTime now)
{
    if (const auto seconds = parseNumber(text))
        return clampStay(std::chrono::seconds(std::min<std::int64_t>(*seconds, 86'400)));
    const auto date = parseHttpDate(text);
    if (!date) return std::nullopt;
    return clampStay(std::chrono::duration_cast<std::chrono::seconds>(*date - now));
}

} // namespace baton::schedule
