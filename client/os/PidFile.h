// A file that holds our pid, for init scripts that want one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace baton::os {

/// Written beside its place and renamed: whoever reads it sees a whole pid, and a symbolic link there is replaced and
/// never followed. Nobody of ours reads it: it proves nothing, the store's lock does.
class PidFile {
public:
    /// @throws std::system_error, std::runtime_error if what stands there cannot be a pid's file.
    explicit PidFile(const std::filesystem::path& path);
    ~PidFile(); ///< removes it, if it is still this very file
    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;

private:
    std::string name_;
    UniqueFd directory_;
    UniqueFd file_; // Open, so that no other file gets its inode.
};

} // namespace baton::os
