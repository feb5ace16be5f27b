// libarchive's reader, fed by us, its errors turned into ours.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <exception>
#include <memory>
#include <string>
#include <string_view>

struct archive;

namespace baton::stage {

/// A stream of bytes, block by block.
struct ByteSource {
    virtual ~ByteSource() = default;

    /// The next block, valid until the next call; empty at the end.
    virtual std::string_view next() = 0;
};

/// Owns one `archive*` for reading from `source`. What the source throws passes through libarchive unharmed.
class ArchiveHandle {
public:
    explicit ArchiveHandle(ByteSource& source);
    ArchiveHandle(const ArchiveHandle&) = delete;
    ArchiveHandle& operator=(const ArchiveHandle&) = delete;

    archive* get() const { return archive_.get(); }

    /// Begins to read; formats and filters were chosen before.
    void open(const char* ifNot);

    /// @throws Refusal "it IFNOT: libarchive's reason" unless the result is ARCHIVE_OK: a warning is an error, too.
    void demand(int result, const std::string& ifNot);

private:
    static ssize_t feed(archive* reader, void* self, const void** block);

    ByteSource& source_;
    std::exception_ptr thrown_;
    std::unique_ptr<archive, int (*)(archive*)> archive_;
};

} // namespace baton::stage
