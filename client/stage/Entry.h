// One thing that a payload wants on disk, wherever it comes from: an archive or a directory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace baton::stage {

enum class EntryKind { File, Directory, Link, HardLink, Other };

struct Entry {
    EntryKind kind = EntryKind::Other;
    std::string path;           ///< as the payload has it; judged by EntryRules
    std::string target;         ///< Link: where it points; HardLink: the file it is
    std::int64_t sizeBytes = 0; ///< File
    bool executable = false;    ///< File: its owner may execute it
    bool sparse = false;        ///< File: it has holes
};

} // namespace baton::stage
