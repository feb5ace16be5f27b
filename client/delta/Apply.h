// Applies a patch: old file and patch by their descriptors, the new file a block at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Algorithm.h"
#include "client/delta/OldFile.h"
#include "client/delta/Rebuild.h"

#include <cstdint>
#include <optional>

namespace baton::delta {

/// Windows of zstd patches: what --patch-from asks for up to files of 128 MiB.
inline constexpr int ZstdWindowLog = 27;

/// `promisedBytes`: what the new file must have; a patch that says or makes another number is refused, before its first
/// byte where it says so. Without it the patch's own word holds. Judging the new file's digest is the caller's: a patch
/// that passes here may still make anything at all.
/// Memory: bsdiff40 12 MiB, bsdiff-zstd 16 MiB and the pages of the old file that it looks at, zstd a window of at most
/// 128 MiB and the old file.
/// @throws BadPatch for what is wrong with the patch, std::system_error, and what `sink` throws
void apply(Algorithm algorithm, const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes,
           const Sink& sink);

/// By the patch's first bytes.  @throws BadPatch if they are none that we know
Algorithm algorithmOfPatch(int patch);

} // namespace baton::delta
