// How long a server asks its clients to stay away.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string_view>

namespace baton::schedule {

/// Nobody can silence a client for longer, nor make it ask sooner, whatever is in the header.
inline constexpr Duration ShortestStay = std::chrono::seconds(60);
inline constexpr Duration LongestStay = std::chrono::hours(24);

/// What a Retry-After or X-Retry-After header asks: seconds, or an HTTP date; clamped to ShortestStay … LongestStay.
/// Nothing for what is neither.  [Omaha 3.1, Headers (Update Check Response); RFC 9110, 10.2.3]
std::optional<Duration> parseRetryAfter(std::string_view text, WallTime now);

} // namespace baton::schedule
