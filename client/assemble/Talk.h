// The commands that talk to a Baton that runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <functional>
#include <iosfwd>

namespace baton::assemble {

/// Where the words of a command go, and how it waits; a test puts its own here.
struct Terminal {
    std::ostream& out;
    std::ostream& err;
    bool showsProgress = false;          ///< err is a terminal
    std::function<void()> pause;         ///< between two looks at a Baton that works
    std::function<std::string()> second; ///< the time now, to the second, as the status says it
};

/// Each returns the exit code.  @throws UsageError (69) when no Baton answers
int statusCommand(const Resolved& resolved, const Terminal& terminal);
/// Of --state-dir it tells also when no Baton answers, and says so.
int historyCommand(const Resolved& resolved, const Terminal& terminal);

/// --wait: 0 committed or nothing new, 75 failed, 70 rolled back, 65 refused.
int updateCommand(const Resolved& resolved, const Terminal& terminal);

int approveCommand(const Resolved& resolved, const Terminal& terminal);
int holdCommand(const Resolved& resolved, const Terminal& terminal);
/// 0 when all was taken, 75 when something was refused.
int reloadCommand(const Resolved& resolved, const Terminal& terminal);
int resumeCommand(const Resolved& resolved, const Terminal& terminal);
int rollbackCommand(const Resolved& resolved, const Terminal& terminal);
/// 0 when another Baton has taken over, 75 when the one that runs goes on.
int upgradeSelfCommand(const Resolved& resolved, const Terminal& terminal);
int restartCommand(const Resolved& resolved, const Terminal& terminal);

} // namespace baton::assemble
