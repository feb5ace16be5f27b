// The container of bsdiff-zstd: bsdiff's control, differences and extra bytes, compressed by zstd (docs/delta.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Rebuild.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::delta {

/// Numbers are LEB128: seven bits a byte, the lowest first, the highest bit set on all bytes but the last.
inline constexpr std::size_t LongestNumber = 9;
void appendNumber(std::string& to, std::uint64_t number); ///< below 2^63

/// Signed numbers as unsigned ones: 0, -1, 1, -2, …
std::uint64_t foldSign(std::int64_t number);
std::int64_t unfoldSign(std::uint64_t number);

/// The streams in the order of the file. Differences are where bytes differ (the gap since the last run, and the run's
/// length) and by how much.
enum class Part { Control, Gaps, Runs, Values, Extra };
inline constexpr std::size_t Parts = 5;

/// Windows. Extra is a row of frames, each of which leans on the whole old file and holds at most one window.
inline constexpr int PlaneWindowLog = 20;
inline constexpr int ExtraWindowLog = 22;

struct BsdiffZstdHeader {
    std::int64_t oldBytes = 0;
    std::int64_t newBytes = 0;
    std::array<std::int64_t, Parts - 1> partBytes{}; ///< of all but the last, which has the rest

    friend bool operator==(const BsdiffZstdHeader&, const BsdiffZstdHeader&) = default;
};

std::string print(const BsdiffZstdHeader& header);

/// See apply().
void applyBsdiffZstd(const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes, const Sink& sink);

} // namespace baton::delta
