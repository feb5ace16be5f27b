// Holds a value against what its option takes, before anything is begun.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"

#include <optional>
#include <string>

namespace baton::assemble {

/// What is wrong with `text` as the value of `option`, as the end of a sentence ("is no duration"); empty: nothing.
std::string faultOf(const Option& option, const std::string& text);

/// SIGTERM, TERM or 15; nothing for what is no signal that ends or wakes a program.
std::optional<int> parseSignal(const std::string& text);

} // namespace baton::assemble
