// The bytes of one package on their way to disk, hashed as they pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace baton::fetch {

/// The SHA-256 of what it was given, piece by piece.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void restart();
    void add(std::string_view bytes);
    std::string finish(); ///< 64 lower-case hex digits; restart() before the next use

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

/// The SHA-256 of a file; empty when there is none.  @throws std::system_error if it cannot be read.
std::string digestOf(const std::filesystem::path& file);

/// The file NAME.part. Bytes that an earlier process left are taken up and hashed again. Every member throws
/// std::system_error naming the file.
class PartFile {
public:
    /// Reserves `sizeBytes` on the disk: a disk that is too full says so before the first byte is fetched.
    PartFile(const std::filesystem::path& path, std::int64_t sizeBytes);

    std::int64_t bytes() const { return bytes_; }
    void append(std::string_view bytes);
    void restart(); ///< throws the bytes away

    /// The digest of all bytes; the file is not appended to after it.
    std::string digest() { return hash_.finish(); }

    /// Makes the bytes durable under the name `target`.
    void finishAs(const std::filesystem::path& target);

private:
    void takeUp(std::int64_t sizeBytes);

    std::filesystem::path path_;
    os::UniqueFd file_;
    Sha256 hash_;
    std::int64_t bytes_ = 0;
};

} // namespace baton::fetch
