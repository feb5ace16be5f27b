// Holds a value against what its option takes, before anything is begun.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"
#include "client/core/Clock.h"

#include <optional>
#include <string>

namespace baton::assemble {

/// What is wrong with `text` as the value of `option`, as the end of a sentence ("is no duration"); empty: nothing.
std::string faultOf(const Option& option, const std::string& text);

/// SIGTERM, TERM or 15; nothing for what is no signal that ends or wakes a program.
std::optional<int> parseSignal(const std::string& text);

/// The value of --until: 2026-12-24T18:00:00Z, 2026-12-24 (its first moment in UTC), or 2d from `now`.
std::optional<WallTime> momentOf(const std::string& text, WallTime now);

} // namespace baton::assemble
