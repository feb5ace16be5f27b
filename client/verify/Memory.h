// What a machine remembers of signed statements, so that nobody sells it an old one, nor an old time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/KeyList.h"
#include "client/verify/Statement.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::verify {

/// Whether the first of two versions is the newer one; false for a text without an order, which is not newer than
/// nothing.
using IsNewer = std::function<bool(const std::string&, const std::string&)>;

/// What the statements that the same keys signed for one app have said. It counts as long as those keys are believed:
/// what a stolen key has said is forgotten with the key.
struct Record {
    std::string app;
    std::vector<std::string> signers; ///< ids, sorted
    std::string highest;              ///< version, committed; empty: none yet
    std::string floor;                ///< as a committed statement has it; may be empty
    WallTime newest{};                ///< when the newest statement that was seen was issued: it is no earlier now
    WallTime takenBack{}; ///< issue of a statement that was committed and allowed itself to follow a newer one
    int threshold = 0;    ///< how many had to sign at that time, the fewest if that changed; 0: not known

    friend bool operator==(const Record&, const Record&) = default;
};

struct Memory {
    std::string root;            ///< digest of the keys that the machine was started with
    std::optional<KeyList> keys; ///< the last list that was followed from there
    std::vector<Record> records;

    friend bool operator==(const Memory&, const Memory&) = default;
};

std::string print(const Memory& memory);

/// @throws std::runtime_error saying what is wrong with the text.
Memory parseMemory(const std::string& text);

/// Who is believed.
struct Believed {
    KeySet keys;
    int version = 0;                 ///< of the list; 0: the keys that the machine was started with
    std::optional<WallTime> expires; ///< of the list
    WallTime now{};                  ///< the clock's, or the newest time that one of these has signed
};

/// With other keys than before a machine begins anew: whoever changes them owns it. Time never goes back behind what
/// somebody who is believed has signed.
Believed believedOf(const Memory& memory, const std::vector<PublicKey>& configured, WallTime clock);

/// Whether what it says counts: of its signers as many are believed still as had to sign then. A list that asks for
/// more signatures forgets nothing.
bool counts(const Record& record, const KeySet& keys);

/// Follows the lists one by one, as far as each follows on the one before. Others are left, with a sentence each.
Memory followed(Memory memory, const std::vector<PublicKey>& configured, const std::vector<std::string>& lists,
                WallTime clock, std::vector<std::string>& remarks);

/// After a statement was seen, signed by some of `keys`.
Memory seen(Memory memory, const Statement& statement, const std::vector<std::string>& signers, const KeySet& keys);

/// After its release was committed.
Memory committed(Memory memory, const Statement& statement, const std::vector<std::string>& signers, const KeySet& keys,
                 const IsNewer& isNewer);

} // namespace baton::verify
