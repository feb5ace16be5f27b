// What a publisher signs of a release: which files it is made of, for whom, and until when that holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/verify/Envelope.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

/// In bytes: what a double holds exactly, since JSON's numbers are doubles elsewhere.
inline constexpr std::int64_t LargestPackage = std::int64_t{1} << 53U;

struct SignedPackage {
    std::string name; ///< Omaha's; a plain name
    std::int64_t sizeBytes = 0;
    std::string sha256;

    friend bool operator==(const SignedPackage&, const SignedPackage&) = default;
};

/// A patch that makes a package of this release of an older one.
struct SignedDelta {
    std::string from; ///< SHA-256 of the old package or tree
    std::string name;
    std::string algorithm; ///< "bsdiff40", "zstd", "bsdiff-zstd"; one that is not known is left alone
    std::int64_t sizeBytes = 0;
    std::string sha256;

    friend bool operator==(const SignedDelta&, const SignedDelta&) = default;
};

/// An in-toto Statement v1 with a predicate of ours, urn:baton:release:1.
struct Statement {
    std::vector<SignedPackage> packages; ///< the first is the payload; every package of the release is there
    std::string appId;
    std::string version;
    std::vector<std::string> tracks; ///< empty: any
    std::string os;                  ///< empty: any
    std::string arch;                ///< empty: any
    std::string tree;                ///< SHA-256 of the unpacked files; may be empty
    WallTime issued{};
    WallTime expires{};
    std::string floor;                           ///< what is older is never to run again; may be empty
    std::vector<std::string> allowDowngradeFrom; ///< versions that this older one may follow
    std::vector<std::string> allowSetuid;
    std::vector<SignedDelta> deltas;

    friend bool operator==(const Statement&, const Statement&) = default;
};

/// The payload of an envelope, still to be signed.
std::string print(const Statement& statement);

/// @throws std::runtime_error saying which member is wrong. Members that are not known are left alone.
Statement parseStatement(const VerifiedPayload& payload);

} // namespace baton::verify
