// Writes a release's files, directories and links beneath one directory, and nowhere else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <filesystem>
#include <string>

namespace baton::stage {

enum class FileMode { Plain, Executable }; ///< 0644 and 0755; a release has no others

/// The paths come from EntryRules. Everything is new and is made by descriptors that follow no link, so that even a
/// path that the rules should have refused cannot be led out. All throw std::system_error naming the path.
class TreeWriter {
public:
    explicit TreeWriter(const std::filesystem::path& top);

    void makeDirectory(const std::string& path);
    void makeLink(const std::string& path, const std::string& target);
    os::UniqueFd makeFile(const std::string& path, FileMode mode);

    std::string nameOf(const std::string& path) const { return (top_ / path).string(); } ///< for messages

private:
    std::filesystem::path top_;
    os::UniqueFd directory_;
};

} // namespace baton::stage
