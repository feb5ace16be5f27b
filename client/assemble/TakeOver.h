// The next Baton's first steps: the try-out beside the one that runs, and the taking over after its exec. Knows no
// Poco. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

namespace baton::assemble {

/// What plays the other roles of this very Baton, `before` having played them for the one before.
/// @throws std::exception if there is none
using RolesExecutable = std::function<std::filesystem::path(const std::filesystem::path& before)>;

/// Nothing unless BATON_ROLE says that this process is to take over, or to try that. Else does it; the exit code.
/// @throws std::exception when it cannot take over, nor give it back
std::optional<int> runTakeOver(const RolesExecutable& roles);

} // namespace baton::assemble
