// Unpacks an archive into a fresh directory: reader, rules and writer put together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/EntryRules.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Settings.h"

#include <cstdint>
#include <filesystem>

namespace baton::stage {

/// The packed bytes, by the descriptor through which they were verified.
struct PackedFile {
    int fd = -1;
    std::int64_t sizeBytes = 0;
    Compression compression = Compression::None;
};

/// Nothing is synced yet, and after an exception a part of it lies in `directory`: the caller removes that. `rules`
/// knows what other packages have put there.
/// @throws Refusal for what is wrong with the archive, std::system_error for what is wrong with the machine.
void unpack(const PackedFile& packed, const std::filesystem::path& directory, const Limits& limits, EntryRules& rules);

/// The same into an empty directory.
void unpack(const PackedFile& packed, const std::filesystem::path& directory, const Limits& limits);

} // namespace baton::stage
