// The roles that are Baton's own, played by a self-updating program's executable.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <string>
#include <vector>

namespace baton::service {

/// Agent, stager or prober, as BATON_ROLE says; the exit code. @throws assemble::UsageError if it says none of them.
int playBehindTheScenes(const std::vector<std::string>& typed);

/// The supervisor of this very executable; `words` are the program's own arguments. Returns the exit code when the
/// program has ended. @throws assemble::UsageError, std::exception when it cannot begin.
int supervise(assemble::Resolved resolved, const std::vector<std::string>& words);

} // namespace baton::service
