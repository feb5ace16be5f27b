// keys-N.json: which keys are believed from now on, said by those that were believed until now.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Result.h"
#include "client/verify/Envelope.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

struct ListedKey {
    PublicKey key;
    std::optional<WallTime> from;  ///< before it the key counts for nothing
    std::optional<WallTime> until; ///< nor from here on

    friend bool operator==(const ListedKey&, const ListedKey&) = default;
};

/// An in-toto Statement v1 with the predicate urn:baton:keys:1. The keys that a machine was started with are version 0.
struct KeyList {
    int version = 0; ///< grows one by one
    int threshold = 1;
    std::vector<ListedKey> keys;
    WallTime expires{};

    friend bool operator==(const KeyList&, const KeyList&) = default;
};

/// Those that count at that time, and how many of them must sign.
KeySet keysAt(const KeyList& list, WallTime now);

/// The payload of an envelope, still to be signed.
std::string print(const KeyList& list);

/// @throws std::runtime_error saying which member is wrong.
KeyList parseKeyList(const VerifiedPayload& payload);

/// The list in `text`, if it follows on `version`: signed by a threshold of `trusted`, who are replaced, and by a
/// threshold of its own keys, so that nobody is locked out by a list that cannot be followed.
Result<KeyList> nextKeyList(int version, const KeySet& trusted, std::string_view text);

} // namespace baton::verify
