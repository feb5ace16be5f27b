// Where the bytes of an archive come from: a file, what it decompresses to, and a meter that stops a bomb.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/ArchiveHandle.h"
#include "client/stage/PayloadForm.h"
#include "client/stage/Settings.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::stage {

/// A file from its beginning.
class FileSource : public ByteSource {
public:
    FileSource(int fd, std::string name);
    std::string_view next() override;

private:
    int fd_;
    std::string name_;
    std::int64_t offset_ = 0;
    std::vector<char> block_;
};

/// What one filter, and only that, makes of `packed`. Several members or frames in a row are one stream: whatever comes
/// out is metered and judged.
class Decompressor : public ByteSource {
public:
    Decompressor(ByteSource& packed, std::int64_t packedBytes, Compression compression);
    std::string_view next() override;

private:
    ArchiveHandle archive_;
    std::int64_t packedBytes_;
};

/// Hands on what `inner` has and refuses more than the limits allow.
class Meter : public ByteSource {
public:
    Meter(ByteSource& inner, std::int64_t packedBytes, const Limits& limits);
    std::string_view next() override;

    std::int64_t bytes() const { return bytes_; }                   ///< all that came so far
    std::int64_t endOfLastNonZero() const { return endOfNonZero_; } ///< offset behind the last byte that is not 0

private:
    ByteSource& inner_;
    std::int64_t most_;
    std::string why_;
    std::int64_t bytes_ = 0;
    std::int64_t endOfNonZero_ = 0;
};

} // namespace baton::stage
