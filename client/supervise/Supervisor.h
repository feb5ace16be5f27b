// The process that holds the listening sockets and the children, and must not die.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Settings.h"

namespace baton::supervise {

/// Runs until the program ends by itself or Baton is told to stop. One thread, which must be the process's only one.
/// @param lock the store's, held to the end
/// @returns the exit code: the program's own, 128 + N for signal N; 69 when the first release was not ready in time
/// @throws CannotStart when an address or the control socket cannot be had; std::exception for a damaged state
int run(const Settings& settings, Log& log, os::UniqueFd lock);

} // namespace baton::supervise
