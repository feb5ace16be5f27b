// `baton run`: resolves, prepares the first release, and hands over to the supervisor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/assemble/Handed.h"
#include "client/os/UniqueFd.h"

#include <functional>
#include <string>
#include <vector>

namespace baton::assemble {

/// All that the supervisor needs, ready: the first release is in the store, whose lock is held.
struct Prepared {
    Handed handed;
    std::vector<os::UniqueFd> locks;     ///< the store's; of several programs the whole Baton's first, then theirs
    os::UniqueFd settings;               ///< sealed
    std::filesystem::path ownSupervisor; ///< of a newer release of Baton itself; empty: the installed one
};

/// `executable` plays the other roles; `report` is where somebody waits for the first release, -1: nobody does.
/// @throws UsageError, std::exception: nothing was started
Prepared prepare(const Resolved& resolved, const std::string& executable, int report = -1);

/// Holds the options against what is right, as prepare() does, and touches nothing.
/// @throws UsageError for what it would refuse
void checkOptions(const Resolved& resolved, const std::string& executable);

/// Puts the supervisor's own executable in this process's place; `arguments` are shown by ps.
/// @throws UsageError, std::system_error if that fails; else it does not return.
[[noreturn]] void becomeSupervisor(Prepared prepared, const std::vector<std::string>& arguments);

/// Prepares and starts: in this process or, where --daemon is said, in one in the background, in which alone it returns
/// then. Until the first release serves, who waits for that one hears what goes wrong in it.
/// @throws what prepare() and `start` throw; in the background only what `start` does
int startWhereAsked(const Resolved& resolved, const std::string& executable, const std::function<int(Prepared)>& start);

/// `baton run`: both, in the foreground or in the background.
[[noreturn]] void becomeSupervisor(const Resolved& resolved, const std::vector<std::string>& arguments);

} // namespace baton::assemble
