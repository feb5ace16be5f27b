// When to ask the server next: pure functions of what happened and of one random number.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string_view>

namespace baton::schedule {

/// Where randomness enters: uniform in [0, limit], both ends included.
struct Random {
    virtual ~Random() = default;

    virtual Duration upTo(Duration limit) = 0;
};

/// Each process draws other numbers: a fleet that was started at once does not ask at once.
class SystemRandom : public Random {
public:
    Duration upTo(Duration limit) override;
};

struct Rhythm {
    Duration interval{45 * 60'000};
    Duration jitter{10 * 60'000};
};

/// How long after the start the first check comes: uniform in [0, min(jitter, interval)].
Duration untilFirst(const Rhythm& rhythm, Random& random);

/// How long after a check the next one comes. After a good one: interval + [0, jitter]. After the n-th failure in a
/// row: a retry after 30 s * 2^(n-1), at most the interval, + [0, jitter] but never more jitter than the wait itself:
/// a server that was away is found again soon, and is not met by everybody at once. Never before `stayAway` is over.
Duration untilNext(const Rhythm& rhythm, int failuresInARow, std::optional<Duration> stayAway, Random& random);

/// What a Retry-After or X-Retry-After header asks: seconds, or an HTTP date; clamped to 60 s … 1 day. Nothing for
/// what is neither.  [Omaha 3.1, Headers (Update Check Response); RFC 9110, 10.2.3]
std::optional<Duration> parseRetryAfter(std::string_view text, WallTime now);

} // namespace baton::schedule
