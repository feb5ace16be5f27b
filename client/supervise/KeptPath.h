// The path of a unix socket, which every program that may write its directory can take away, and a hard link beside it
// by which it comes back. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Snapshot.h"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace baton::supervise {

class KeptPath {
public:
    /// Remembers which socket stands at `path`, and links it to ".NAME.baton-kept" beside it.
    /// @param linkIsTruth the link of a Baton that was killed, if there is one, says which socket it is
    KeptPath(std::filesystem::path path, bool linkIsTruth);
    /// As an earlier supervisor left it.
    explicit KeptPath(const KeptPathState& state);
    ~KeptPath(); ///< removes the link
    KeptPath(const KeptPath&) = delete;
    KeptPath& operator=(const KeptPath&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// What to watch for a change: the link, or the path where there is none.
    const std::filesystem::path& watched() const { return whyNotKept_.empty() ? link_ : path_; }

    /// Whether the socket is at its path.
    bool stands() const;

    /// Links it back, also in the place of another socket that was put there; no file of another kind is touched.
    /// @returns empty, or why that could not be
    std::string putBack() const;

    /// As it was when it was remembered.
    mode_t mode() const { return mode_; }

    KeptPathState save() const;

    /// Whether the path goes with us, too, if it is still ours then.
    void removeInTheEnd(bool removes) { removes_ = removes; }

private:
    bool isOurs(const std::filesystem::path& file) const;
    void remember(const std::filesystem::path& file);

    std::filesystem::path path_;
    std::filesystem::path link_;
    std::string whyNotKept_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    mode_t mode_ = 0;
    bool removes_ = false;
};

} // namespace baton::supervise
