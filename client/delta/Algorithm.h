// The ways in which a patch can be written, and how one tells them apart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace baton::delta {

/// BSDIFF40 as bsdiff and bspatch have it, a zstd frame that leans on the old file (zstd --patch-from), and bsdiff's
/// three streams compressed by zstd (docs/delta.md).
enum class Algorithm { Bsdiff40, Zstd, BsdiffZstd };

inline constexpr std::array AllAlgorithms{Algorithm::Bsdiff40, Algorithm::Zstd, Algorithm::BsdiffZstd};

/// "bsdiff40", "zstd", "bsdiff-zstd": the words of statements and of the command line.
std::string_view nameOf(Algorithm algorithm);
std::optional<Algorithm> algorithmNamed(std::string_view name);

/// How many bytes algorithmOf() wants to see.
inline constexpr std::size_t MagicBytes = 8;

/// By a patch's first bytes; nothing if it is none.
std::optional<Algorithm> algorithmOf(std::string_view firstBytes);

inline constexpr std::string_view Bsdiff40Magic = "BSDIFF40";
inline constexpr std::string_view BsdiffZstdMagic = "BSDIFZS1";
inline constexpr std::string_view ZstdMagic = "\x28\xB5\x2F\xFD";

} // namespace baton::delta
