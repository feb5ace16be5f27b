// How long checks stay away from a server that asks for it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string_view>

namespace baton::schedule {

/// Nobody can silence a client for longer, nor make it ask sooner, whatever is in the header.
inline constexpr Duration ShortestStay = std::chrono::seconds(60);
inline constexpr Duration LongestStay = std::chrono::hours(24);

/// What a Retry-After or X-Retry-After header asks, as parseRetryAfter() reads it, within ShortestStay … LongestStay.
std::optional<Duration> stayFrom(std::string_view text, WallTime now);

} // namespace baton::schedule
