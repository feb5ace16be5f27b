// A line of text as the words that a shell would make of it. No shell: nothing in it is expanded or run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace baton {

struct ShellWords {
    std::vector<std::string> words;
    std::string fault; ///< why it cannot be parted; empty: it was
};

/// Blanks part words; '…' takes all as it is; "…" takes all but \" \\ \$ and \`; a backslash elsewhere takes the next
/// character as it is. $, *, |, #, ~ and the like are letters.
ShellWords splitWords(std::string_view line);

} // namespace baton
