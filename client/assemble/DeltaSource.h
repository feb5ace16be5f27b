// What a patch is made from or for: a file as it is, or the canonical tar of a tree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/OldFile.h"
#include "client/os/UniqueFd.h"

#include <filesystem>
#include <memory>
#include <string>

namespace baton::assemble {

/// What an archive stands for: its bytes, or the canonical tar of what it unpacks to.
enum class Archives { AsTheyAre, AsTrees };

/// A directory is always its canonical tar, which lies in a file without a name.
class DeltaSource {
public:
    /// @throws UsageError naming the path
    DeltaSource(const std::filesystem::path& path, Archives archives);

    const delta::OldFile& file() const { return *file_; }
    const std::string& sha256() const { return sha256_; }
    bool isTree() const { return isTree_; }

private:
    os::UniqueFd fd_;
    std::unique_ptr<delta::OldFile> file_;
    std::string sha256_;
    bool isTree_ = false;
};

} // namespace baton::assemble
