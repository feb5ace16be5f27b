// Which system calls a process may make, by seccomp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace baton::os {

/// From now on only what reads, writes, makes and removes files, manages memory and ends the process: every other call
/// fails with ENOSYS, as on a kernel that does not have it. No memory becomes executable. Needs no_new_privs.
/// @returns why that could not be had; empty if it holds
std::string allowFileCallsAlone();

/// From now on only what a process needs that asks the network in several threads and keeps files: sockets of IPv4,
/// IPv6, this machine and the kernel's routing table, which connect, and do not listen; threads and no processes;
/// signals to itself; files, but none with a setuid bit, and no change of mode or owner. All else as above.
/// To be called by the process's only thread, which it does not leave.
/// @returns why that could not be had; empty if it holds
std::string allowNetworkCalls();

/// From now on only what a process needs that answers who connects to the sockets which it has already, in one thread:
/// it makes no socket and connects to nobody, and opens files to read them alone. All else as above.
/// @returns why that could not be had; empty if it holds
std::string allowAnsweringCalls();

} // namespace baton::os
