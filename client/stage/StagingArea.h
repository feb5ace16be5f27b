// The directory in which a release is built: made afresh, and gone again unless the release became whole.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Store.h"

#include <filesystem>

namespace baton::stage {

/// Store::stagingDirectory() of one release. Its name begins with a dot, so nobody takes what is in it for a release.
class StagingArea {
public:
    /// Removes what an earlier try left there.  @throws std::system_error
    StagingArea(const store::Store& store, const store::ReleaseKey& key);
    ~StagingArea(); ///< Removes it, unless it was sealed.
    StagingArea(const StagingArea&) = delete;
    StagingArea& operator=(const StagingArea&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Writes the release's own file, syncs everything down to the directory's name, and keeps it.
    void seal(const store::Release& release);

private:
    std::filesystem::path path_;
    bool sealed_ = false;
};

} // namespace baton::stage
