// Which system calls a process may make, by seccomp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::os {

/// From now on only what reads, writes, makes and removes files, manages memory and ends the process: every other call
/// fails with ENOSYS, as on a kernel that does not have it. No memory becomes executable. Needs no_new_privs.
/// @returns why that could not be had; empty if it holds
std::string allowFileCallsAlone();

} // namespace baton::os
