// How long until the server is asked again: pure functions of what happened and of one random number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/schedule/Random.h"

#include <optional>

namespace baton::schedule {

/// With the jitter as long as the interval a fleet that was switched on in one moment is spread after two intervals;
/// the gap between two checks is then 45 minutes in the middle.
struct Rhythm {
    Duration interval{30 * 60'000};
    Duration jitter{30 * 60'000};
};

/// A moment is drawn from it, uniform, both ends included.
struct Span {
    Duration least{0};
    Duration most{0};

    friend bool operator==(const Span&, const Span&) = default;
};

Duration draw(const Span& span, Random& random);

/// The first failure in a row waits this long, or the interval if that is shorter; each further one twice as long.
inline constexpr Duration FirstRetry = std::chrono::seconds(60);

/// The most that a failure waits for: four intervals, but no longer than four hours unless the interval is.
Duration longestRetry(const Rhythm& rhythm);

/// After a start: [0, min(jitter, interval)].
Span spanOfFirst(const Rhythm& rhythm);

/// After a check. A good one: interval + [0, jitter]. The n-th failure in a row: FirstRetry * 2^(n-1), at most
/// longestRetry(), + [0, jitter] but never more jitter than the wait itself: a server that was away is found again
/// soon, and is not met by everybody at once. Never before `stayAway` is over.
Span spanOfNext(const Rhythm& rhythm, int failuresInARow, std::optional<Duration> stayAway);

} // namespace baton::schedule
