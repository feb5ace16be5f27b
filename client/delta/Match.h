// What of a new file stands in the old one: bsdiff's way to find it, over a suffix array.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace baton::delta {

/// The suffix array counts in 32 bits.
inline constexpr std::int64_t LargestOld = 0x7FFFFFFE;

/// The triples that rebuild() takes, in order. Takes four bytes of memory for each of the old file's while it works.
/// @throws std::invalid_argument if the old file is larger than LargestOld
std::vector<Triple> match(std::string_view oldBytes, std::string_view newBytes);

} // namespace baton::delta
