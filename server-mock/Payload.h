// A file that is offered, measured once: its bytes are never held in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <ctime>
#include <filesystem>
#include <string>

namespace baton::mock {

/// The file has to stay as it is for as long as it is offered.
class Payload {
public:
    enum class AtEnd { KeepFile, RemoveFile };

    /// Reads the whole file once for its digests.  @throws std::runtime_error if it is no file with bytes to read.
    explicit Payload(std::filesystem::path file, AtEnd atEnd = AtEnd::KeepFile);
    ~Payload();
    Payload(const Payload&) = delete;
    Payload& operator=(const Payload&) = delete;

    const std::filesystem::path& file() const { return file_; }
    std::int64_t sizeBytes() const { return sizeBytes_; }
    const std::string& sha1() const { return sha1_; }     ///< 40 lower-case hex digits
    const std::string& sha256() const { return sha256_; } ///< 64 lower-case hex digits
    std::string etag() const;                             ///< a strong one, in its quotes
    std::string lastModified() const;                     ///< as HTTP writes it

private:
    std::filesystem::path file_;
    AtEnd atEnd_;
    std::int64_t sizeBytes_ = 0;
    std::string sha1_;
    std::string sha256_;
    std::time_t modified_ = 0;
};

} // namespace baton::mock
