// Connections of others: those that a process holds, and those that wait for somebody to accept them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace baton::os {

/// How many clients that process is connected with, as /proc shows it now: TCP connections, and those to a unix path.
/// 0 too of one that may not be looked at.
std::size_t connectionsOf(pid_t pid);

/// Who waits to be accepted at the address of that TCP listener, each by its own address as the kernel writes it; of a
/// group of listeners at one address all. Nothing where /proc does not tell: it is no TCP listener, another network's,
/// or there are too many connections to look through.
std::optional<std::set<std::string>> clientsWaiting(int listener);

} // namespace baton::os
