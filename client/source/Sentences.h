// What the words of servers mean to an operator.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace baton::source {

struct Meant {
    std::string sentence;     ///< with the word itself
    bool notNow = false;      ///< nothing is wrong: the server spreads its updates, or waits
    bool awaitsEvent = false; ///< it believes that an update is under way here
};

/// `word` is an app's or an updatecheck's status other than ok and noupdate; its case does not matter. `option` is
/// where the app's id was said.
Meant meaningOfWord(std::string_view word, std::string_view option = "--app-id");

} // namespace baton::source
