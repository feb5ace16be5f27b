// The process that holds the listening sockets and the children, and must not die.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Settings.h"
#include "client/supervise/Snapshot.h"

#include <string>
#include <vector>

namespace baton::supervise {

/// Runs until the program ends by itself or Baton is told to stop. One thread, which must be the process's only one.
/// @param locks the stores', held to the end, and handed to whoever takes over
/// @returns the exit code: the program's own, 128 + N for signal N; 69 when the first release was not ready in time. Of
/// several programs it is the first that is not 0
/// @throws CannotStart when an address or the control socket cannot be had; std::exception for a damaged state
int run(const SupervisorSettings& settings, Log& log, std::vector<os::UniqueFd> locks);

/// The same from where an earlier supervisor was, which this process was until it executed this Baton.
/// @param snapshot what checkParts() and checkDescriptors() passed
/// @param refusal why another Baton gave it back; empty: it has taken over itself
/// @throws std::exception; whatever runs goes on without a supervisor then
int takeOver(const SupervisorSettings& settings, Log& log, const Snapshot& snapshot, const std::string& refusal);

} // namespace baton::supervise
