// What the agent is told to be, from the options.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/assemble/Values.h"
#include "client/os/Account.h"

#include <filesystem>
#include <optional>

namespace baton::assemble {

/// With the proxies of this process's environment.
/// @throws UsageError for a window that is none, or in a time zone that nobody knows.
agent::Settings agentSettings(const Values& values, const std::filesystem::path& stateDirectory);

/// The same for Baton's own app: in a request and a store of its own; windows hold, approvals are the program's.
agent::Settings ownAgentSettings(const Values& values, const std::filesystem::path& stateDirectory);

/// Whose rights the agent has: --agent-user, or else the user baton if there is one; nothing: those of Baton. Only root
/// can give it others.  @throws UsageError for a user that is not there, or where we are not root
std::optional<os::Account> agentAccount(const Values& values);

} // namespace baton::assemble
