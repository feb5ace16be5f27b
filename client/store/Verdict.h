// What the stager says of a download, in one line of fixed words: the stager prints it, the supervisor parses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <optional>
#include <string>
#include <string_view>

namespace baton::store {

enum class VerdictKind {
    Staged,  ///< it lies whole in the staging directory, or was installed already
    Refused, ///< these bytes are never to run: blocked, and the server is told
    Failed,  ///< the machine's fault (disk full, a file that cannot be read): tried again
    Nothing  ///< there is no finished download
};

struct Verdict {
    VerdictKind kind = VerdictKind::Nothing;
    ReleaseKey key;     ///< empty for Nothing, and for a Failed that came before the attempt could be read
    int code = 0;       ///< one of baton::code for Refused and Failed; else 0
    std::string reason; ///< a sentence for people, for Refused and Failed; else empty

    friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// No line is longer, its newline included; the supervisor reads no more than this of the stager's output.
inline constexpr std::size_t LongestVerdict = 1024;

/// `staged VERSION SHA256`, `refused VERSION SHA256 CODE REASON…`, `failed VERSION SHA256 CODE REASON…`, `nothing`, and
/// a newline. VERSION and SHA256 are `-` where they are not known. A reason that is no harmless line is escaped and
/// cut.
std::string print(const Verdict& verdict);

/// Nothing for what is not one such line to the letter, its newline included: without it the stager died in the middle.
std::optional<Verdict> parseVerdict(std::string_view line);

} // namespace baton::store
