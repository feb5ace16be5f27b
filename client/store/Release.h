// A release on disk: what it is known by, and what it was made of.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace baton::store {

/// A release is known by its version's text and the SHA-256 of its first package, never by the version alone: a
/// server may publish other bytes under the same number.
struct ReleaseKey {
    std::string version;
    std::string sha256; ///< 64 lower-case hex digits

    /// "1.5.0-2cf24dba5fb0": the name below releases/.
    std::string directoryName() const { return version + '-' + sha256.substr(0, 12); }

    friend bool operator==(const ReleaseKey&, const ReleaseKey&) = default;
};

struct StoredPackage {
    std::string name; ///< Omaha's; a plain name
    std::int64_t sizeBytes = 0;
    std::string sha256;
    std::string app{}; ///< one more app's, in whose directory it lies under its name; empty: the program's own

    friend bool operator==(const StoredPackage&, const StoredPackage&) = default;
};

/// Whether a release of the same key is made of the same bytes. The first package's name says nothing: the key knows
/// it, and a release that was taken from this machine bears another one than the server's.
bool isSameMake(const std::vector<StoredPackage>& one, const std::vector<StoredPackage>& other);

/// One more app that a release has packages of.
struct StoredApp {
    std::string name; ///< of its directory in the release; a plain name
    std::string id;   ///< what the server knows it by
    std::string version;

    friend bool operator==(const StoredApp&, const StoredApp&) = default;
};

/// The file `.baton-release.json` at the top of a release's directory; written by the stager before the release is
/// renamed into place, never changed after.
struct Release {
    ReleaseKey key;
    std::vector<StoredPackage> packages;
    std::string program; ///< the one executable file of the directory; empty if the release is a tree of files
    std::vector<StoredApp> apps{};
    std::vector<std::string> signers{}; ///< ids of the keys that had signed it; none: nobody asked
    bool canonical = false; ///< the one package is the canonical tar of the tree, and can be made again of it

    friend bool operator==(const Release&, const Release&) = default;
};

/// Reserved: a payload that brings a file of this name is refused.
inline constexpr const char* ReleaseFileName = ".baton-release.json";

std::string print(const Release& release);

/// @throws std::runtime_error saying what is wrong with the text.
Release parseRelease(const std::string& text);

} // namespace baton::store
