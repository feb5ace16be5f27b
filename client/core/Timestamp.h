// Civil time as RFC 3339 writes it, in UTC: 2026-11-23T16:38:01Z.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace baton {

/// Reads exactly YYYY-MM-DDTHH:MM:SS[.mmm]Z with a real date; years 1970-9999. Nothing else is taken.
std::optional<WallTime> parseTimestamp(std::string_view text);

/// Writes whole seconds.
std::string printTimestamp(WallTime time);

} // namespace baton
