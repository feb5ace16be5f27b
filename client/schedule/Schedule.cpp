#include "client/schedule/Schedule.h"

#include <algorithm>

namespace baton::schedule {
namespace {

constexpr int MostDoublings = 16;
constexpr int IntervalsOfRetry = 4;
constexpr Duration LongestPlainRetry = std::chrono::hours(4);

Duration afterFailures(const Rhythm& rhythm, int failures)
{
    const auto first = std::min(rhythm.interval, FirstRetry);
    const auto doublings = std::clamp(failures - 1, 0, MostDoublings);
    return std::min(longestRetry(rhythm), first * (1 << doublings));
}

} // namespace

Duration draw(const Span& span, Random& random) { return span.least + random.upTo(span.most - span.least); }

Duration longestRetry(const Rhythm& rhythm)
{
    return std::min(rhythm.interval * IntervalsOfRetry, std::max(rhythm.interval, LongestPlainRetry));
}

Span spanOfFirst(const Rhythm& rhythm) { return {Duration(0), std::min(rhythm.jitter, rhythm.interval)}; }

Span spanOfNext(const Rhythm& rhythm, int failuresInARow, std::optional<Duration> stayAway)
{
    const bool failed = failuresInARow > 0;
    const auto wait = failed ? afterFailures(rhythm, failuresInARow) : rhythm.interval;
    const auto jitter = failed && !stayAway ? std::min(rhythm.jitter, wait) : rhythm.jitter;
    const auto least = std::max(wait, stayAway.value_or(Duration(0)));
    return {least, least + jitter};
}

} // namespace baton::schedule
