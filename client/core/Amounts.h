// Sizes, times and rates as people read and write them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton {

/// "812 bytes", "12.3 kB", "4.0 GB"; a kB is 1000 bytes.
std::string printSize(std::int64_t bytes);

/// "0.8s"
std::string printSeconds(Duration duration);

/// Reads "500kB/s", "2MB/s" or "1GB/s": a whole number, not 0, of bytes a second. Nothing else is taken.
std::optional<std::int64_t> parseRate(std::string_view text);

/// Reads "500kB", "64MB" or "4GB" likewise.
std::optional<std::int64_t> parseSize(std::string_view text);

} // namespace baton
