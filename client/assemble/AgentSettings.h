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

/// The same for Baton's own app: in a request and a store of its own; windows hold, approvals are the program's.
agent::Settings ownAgentSettings(const Values& values, const std::filesystem::path& stateDirectory);

} // namespace baton::assemble
