// How long a server asks its clients to stay away.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace baton {

/// What a Retry-After or X-Retry-After header asks: seconds, or an HTTP date that is held against `now`; between
/// nothing and a day. Nothing for what is neither.  [Omaha 3.1, Headers (Update Check Response); RFC 9110, 10.2.3]
std::optional<std::chrono::seconds> parseRetryAfter(std::string_view text, WallTime now);

} // namespace baton
