// The bytes of one package on their way to disk, hashed as they pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// Whether the file system is asked to keep the room ahead.
enum class Room {
    Reserved, ///< if it can: a disk that is too full then says so before the first byte
    AsItComes ///< the free space is looked at again and again, so that the disk is never filled to the last byte
};

/// The file NAME.part. Bytes that an earlier process left are taken up and hashed again. Every member throws
/// std::system_error naming the file.
class PartFile {
public:
    PartFile(const std::filesystem::path& path, std::int64_t sizeBytes, Room room = Room::Reserved);

    std::int64_t bytes() const { return bytes_; }
    void append(std::string_view bytes);
    void restart(); ///< throws the bytes away, and keeps the room

    /// The digest of all bytes; the file is not appended to after it.
    std::string digest() { return hash_.finish(); }

    /// Makes the bytes durable under the name `target`.
    void finishAs(const std::filesystem::path& target);

private:
    void takeUp();
    void empty();
    void reserve();
    void look(std::size_t more);

    std::filesystem::path path_;
    os::UniqueFd file_;
    Sha256 hash_;
    std::int64_t sizeBytes_;
    std::int64_t bytes_ = 0;
    Room room_;
    std::int64_t lookAt_ = 0; ///< at so many bytes the free space is looked at again
};

/// The bytes that a part of that name already takes on the disk, written or reserved; 0 if there is none.
std::int64_t reservedBytes(const std::filesystem::path& path);

/// Hands the bytes of a file to `take`, from its beginning or where `file` stands, until it says no.
void eachBlock(int file, const std::filesystem::path& path, const std::function<bool(std::string_view)>& take);

} // namespace baton::fetch
