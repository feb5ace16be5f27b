// The whole question: may this release run here, by what its publisher has signed? Pure: no file, no clock, no network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"
#include "client/verify/Memory.h"
#include "client/verify/Platform.h"
#include "client/verify/Rules.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

/// What this machine was told by its owner, and its clock.
struct Terms {
    std::vector<PublicKey> keys; ///< none: nothing can be believed
    std::string track;
    Platform platform;
    WallTime clock{};
    IsNewer isNewer;
};

/// One app's part of a release, as it was offered.
struct Offered {
    std::string appId;
    std::string version;
    std::vector<SignedPackage> packages;
    std::string running; ///< the version of it that runs; empty: none
};

struct Ruling {
    std::optional<Failure> refusal;
    std::optional<Statement> statement;    ///< if its signatures hold, whatever the rules say
    std::vector<std::string> signers;      ///< ids of the keys that have signed it
    Memory memory;                         ///< with what was learnt, whatever the ruling
    Memory ifCommitted;                    ///< and once its release is committed
    std::optional<std::string> brokenRule; ///< name of the row; nothing where it did not come so far
};

/// The envelope's signatures, then the statement, then the rules. `statement` empty: there is none.
Ruling judge(const Memory& memory, const Terms& terms, const Offered& offered, std::string_view statement);

/// What the rules are asked with.
Case caseOf(const Memory& memory, const Terms& terms, const Offered& offered);

} // namespace baton::verify
