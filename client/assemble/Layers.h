// The places that an option may come from, each a layer: held against the option table while it is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"
#include "client/assemble/Values.h"

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baton::assemble {

/// What one place says, by the names of the options.
using Layer = std::map<std::string, std::vector<Value>>;

/// @throws UsageError, with the nearest name
[[noreturn]] void refuseUnknown(std::string_view name, const std::string& origin);

/// The same of a key of a configuration file, or of --define.
[[noreturn]] void refuseUnknownKey(std::string_view key, const std::string& origin);

/// @throws UsageError with the nearest of the keys that may stand there; `help` is the command that lists them
[[noreturn]] void refuseKey(std::string_view key, const std::string& origin, std::span<const std::string_view> known,
                            std::string_view help);

/// Puts one value in.  @throws UsageError naming `origin` when it is wrong, or said twice
void add(Layer& layer, const Option& option, std::string text, const std::string& origin);

/// The same for a text that holds several where the option is repeatable: parted by commas, windows by semicolons.
void addList(Layer& layer, const Option& option, const std::string& text, const std::string& origin);

} // namespace baton::assemble
