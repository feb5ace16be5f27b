// What the agent is told to be, from the options.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/assemble/Values.h"

#include <filesystem>

namespace baton::assemble {

/// With the proxies of this process's environment.
/// @throws UsageError for a window that is none, or in a time zone that nobody knows.
agent::Settings agentSettings(const Values& values, const std::filesystem::path& stateDirectory);

} // namespace baton::assemble
