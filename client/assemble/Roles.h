// Plays the part of Baton that BATON_ROLE names: agent, stager, prober or reader.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace baton::assemble {

/// Nothing if BATON_ROLE names no role: then this process is something else. Otherwise does the role's work and
/// returns the exit code; throws nothing. `typed` is the whole command line; a prober's question stands in it.
std::optional<int> runRole(const std::vector<std::string>& typed) noexcept;

} // namespace baton::assemble
