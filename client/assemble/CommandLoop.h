// From the words of one command line to its exit code: the frame around every command.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace baton::assemble {

/// One command's work; returns the exit code. `typed` is the whole command line with argv[0].
struct CommandWork {
    Command command;
    std::function<int(const Resolved& resolved, const std::vector<std::string>& typed)> work;
};

/// Finds the command, resolves its options, does it. Never throws: what went wrong is a line on stderr that begins
/// with "baton: ", and its exit code.
int runCommand(const std::vector<std::string>& typed, std::span<const CommandWork> works);

} // namespace baton::assemble
