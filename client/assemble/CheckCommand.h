// `baton check`: one check now, without a supervisor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/assemble/CommandLine.h"

#include <filesystem>
#include <iosfwd>

namespace baton::assemble {

/// With the proxies of this process's environment.
/// @throws UsageError for a window that is none, or in a time zone that nobody knows.
agent::Settings agentSettings(const Values& values, const std::filesystem::path& stateDirectory);

/// 0 whether there is something new or not; 75 when nobody answered, 69 when the server refused.
int checkCommand(const Resolved& resolved, std::ostream& out);

} // namespace baton::assemble
