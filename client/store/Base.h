// What of an installed release a delta can start from.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Store.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::store {

/// A package that is still there: as it came, or as the tree that it was unpacked to, of which it is the canonical tar.
struct Base {
    std::filesystem::path path; ///< the file, or the release's directory
    bool isTree = false;

    friend bool operator==(const Base&, const Base&) = default;
};

/// Of the package with that SHA-256. Whether the bytes are still right is the asker's to find out.
std::optional<Base> baseOf(const Store& store, const std::vector<Release>& installed, const std::string& sha256);

} // namespace baton::store
