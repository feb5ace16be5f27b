// Copies a file while hashing it, so that the bytes that were verified are the bytes that are kept.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace baton::verify {

struct Copied {
    std::int64_t sizeBytes = 0; ///< one more than promised if there is more than that
    std::string sha256;         ///< of what was copied; 64 lower-case hex digits

    friend bool operator==(const Copied&, const Copied&) = default;
};

/// Copies from where `from` stands to where `to` stands until the end, or one byte beyond `promisedBytes`: who promised
/// less than there is shall not fill the disk. Judging the size and the digest is the caller's.
/// @throws std::system_error saying which of the two, `fromName` or `toName`, cannot be read or written.
Copied copyHashed(int from, int to, std::int64_t promisedBytes, const std::string& fromName, const std::string& toName);

/// The same without a copy.
Copied hash(int from, std::int64_t promisedBytes, const std::string& fromName);

} // namespace baton::verify
