// The file that a patch starts from: read at any place, never written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace baton::delta {

/// Any regular file, by a descriptor that must outlive it; nobody may shorten it meanwhile (it is mapped). For one
/// thread.
class OldFile {
public:
    OldFile(int fd, std::string name);
    ~OldFile();
    OldFile(const OldFile&) = delete;
    OldFile& operator=(const OldFile&) = delete;

    std::int64_t sizeBytes() const { return sizeBytes_; }
    const std::string& name() const { return name_; }

    /// Fills `block` from `offset` on: the caller has seen to it that all of it lies within the file.
    void read(std::int64_t offset, std::span<char> block) const;

    /// All of it, mapped on the first call; only the pages that are looked at are read.
    std::string_view bytes() const;

private:
    int fd_;
    std::string name_;
    std::int64_t sizeBytes_ = 0;
    mutable void* mapped_ = nullptr;
    mutable std::int64_t readBytes_ = 0; ///< since pages were let go
};

} // namespace baton::delta
