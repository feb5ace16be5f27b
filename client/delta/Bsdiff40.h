// BSDIFF40, byte for byte as bsdiff and bspatch have it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::delta {

inline constexpr std::size_t OffBytes = 8;             ///< a number: 63 bits and a sign, little endian
inline constexpr std::size_t Bsdiff40HeaderBytes = 32; ///< the magic and three numbers

std::int64_t readOff(std::string_view bytes);
std::string printOff(std::int64_t number);

/// See apply().
void applyBsdiff40(const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes, const Sink& sink);

/// What every format demands of the size that a patch says.  @throws BadPatch
void demandSize(std::int64_t said, std::optional<std::int64_t> promised);

} // namespace baton::delta
