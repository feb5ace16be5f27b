// What signed statements have taught this machine. Here it is text that others read: the store only keeps it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

namespace baton::store {

/// There as soon as a key was ever configured; from then on a release must be signed.
struct Trust {
    std::string memory;  ///< of keys and versions; empty: nothing yet
    std::string issued;  ///< when the newest statement that was believed was issued, RFC 3339; empty: none yet
    std::string expires; ///< when that one runs out
    std::string since{}; ///< when a key was given first, RFC 3339; empty: an older Baton did not say, or it was lost

    friend bool operator==(const Trust&, const Trust&) = default;
};

/// The stager's file releases/.new-trust: what it learnt with its verdict. The supervisor takes it over.
struct Learned {
    Trust trust;             ///< holds whatever the verdict was
    std::string ifCommitted; ///< takes the place of trust.memory once the release is committed
    std::string papers;      ///< digest of what was judged
    bool refused = false;    ///< these papers are why the release was refused: others may be right

    friend bool operator==(const Learned&, const Learned&) = default;
};

std::string print(const Learned& learned);
/// @throws std::runtime_error saying what is wrong with the text.
Learned parseLearned(const std::string& text);

/// The agent's file downloads/papers.json: what publishers say of the attempt, as it was served. Nothing of it is
/// believed before its signatures are verified.
struct Papers {
    std::map<std::string, std::string> statements; ///< by the app's name in the release; the program's own is ""
    std::vector<std::string> keyLists;             ///< in the order of their numbers

    friend bool operator==(const Papers&, const Papers&) = default;
};

/// No file of papers is longer.
inline constexpr std::size_t LongestPapers = std::size_t{2} * 1024 * 1024;

std::string print(const Papers& papers);
/// @throws std::runtime_error saying what is wrong with the text.
Papers parsePapers(const std::string& text);

} // namespace baton::store
