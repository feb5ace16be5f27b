// What --help prints: made of the option table, so that it lists what works and nothing else.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace baton::assemble {

struct CommandText {
    Command command;
    std::string_view name;
    std::string_view usage;   ///< behind "baton "
    std::string_view purpose; ///< one line
    std::string_view example; ///< whole, ready to be copied
};

/// In the order of --help.
std::span<const CommandText> commandTexts();

std::optional<CommandText> findCommand(std::string_view name);

/// The command that is nearest to `name`, if one is near enough to be meant; else empty.
std::string_view nearestCommand(std::string_view name);

/// A line for each that has a text.
std::string linesOf(std::span<const Option> options);

/// At most 40 lines of 100 columns, each. `commands` are those that work, as bits.
std::string overview(unsigned commands);

/// Whether its help has a page of that name beside the main one.
bool hasPage(Command command, std::string_view topic);

/// A page of it; the main one where there is none of that name.
std::string helpOf(Command command, std::string_view topic = {});

} // namespace baton::assemble
