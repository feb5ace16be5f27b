// The executables that stand beside `baton`, and how it becomes one of them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace baton::assemble {

/// The executable `name` beside `baton`, or in ../libexec/baton.  @throws UsageError (69) if it is in neither place.
std::filesystem::path helperExecutable(const std::filesystem::path& baton, const std::string& name);

/// Executes it in this process's place; `words` are its arguments, its name the first.
/// @throws std::system_error if it cannot be executed.
[[noreturn]] void become(const std::filesystem::path& executable, const std::vector<std::string>& words);

} // namespace baton::assemble
