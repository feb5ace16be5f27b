// Makes patches.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Algorithm.h"

#include <functional>
#include <string_view>

namespace baton::delta {

using PatchSink = std::function<void(std::string_view)>;

/// What the patch is made of and what it makes, both in memory or mapped. Hands the patch on, a block at a time.
/// Memory beside the two files: for bsdiff40 and bsdiff-zstd four bytes for each of the old file's, afterwards some 100
/// MiB for compressing, plus the patch itself; for zstd some 100 MiB (up to 700 MiB for files of 64 MiB and more).
/// @throws std::invalid_argument if the old file is too large for the algorithm
void create(Algorithm algorithm, std::string_view oldBytes, std::string_view newBytes, const PatchSink& sink);

} // namespace baton::delta
