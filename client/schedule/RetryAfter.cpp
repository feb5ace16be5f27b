#include "client/schedule/RetryAfter.h"

#include "client/core/RetryAfter.h"

#include <algorithm>

namespace baton::schedule {

std::optional<Duration> stayFrom(std::string_view text, WallTime now)
{
    const auto asked = parseRetryAfter(text, now);
    return asked ? std::optional(std::clamp<Duration>(*asked, ShortestStay, LongestStay)) : std::nullopt;
}

} // namespace baton::schedule
