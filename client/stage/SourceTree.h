// A directory that becomes the first release: walked in one order, copied by the rules for archives, and digested.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/Settings.h"
#include "client/stage/TreeWriter.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace baton::stage {

/// A directory as a list, a line for each thing in it:
///
///     d PATH
///     f MODE SIZE SHA256 PATH     MODE being 644 or 755
///     l PATH NUL TARGET
///
/// Each ends with a newline; paths are relative, names within a directory in the order of their bytes, a directory
/// before what is in it. No path holds a control character, so no two trees have the same list.
struct TreeListing {
    std::int64_t sizeBytes = 0; ///< of the list
    std::string sha256;         ///< of the list: it is the release's digest

    friend bool operator==(const TreeListing&, const TreeListing&) = default;
};

/// Lists `top`, and copies it too if there is a writer. Links are copied as links.
/// @throws Refusal for what may not be in a release, std::system_error
TreeListing listTree(const std::filesystem::path& top, const Limits& limits, TreeWriter* writer);

} // namespace baton::stage
