// Processes that are not our children, told apart for good: pid, start time and boot together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace baton::os {

/// Field 22 of /proc/PID/stat; nothing if there is no such process (or only its zombie).
std::optional<std::uint64_t> startTicksOf(pid_t pid);

/// Its parent; nothing if there is no such process.
std::optional<pid_t> parentOf(pid_t pid);

/// Whether `pid` is `ancestor` or descends from it, as /proc shows it now.
bool descendsFrom(pid_t pid, pid_t ancestor);

/// /proc/sys/kernel/random/boot_id, without its newline.
std::string bootId();

/// A pidfd of exactly that process; nothing if it is gone or its pid is another's by now.
std::optional<UniqueFd> openProcess(pid_t pid, std::uint64_t startTicks, const std::string& bootId);

/// By pidfd. A process that has ended is no error.
void signalProcess(int pidfd, int number);

/// A duplicate of another process's descriptor; nothing if we may not, or it has no such.  [pidfd_getfd(2)]
std::optional<UniqueFd> borrowDescriptor(int pidfd, int fd);

} // namespace baton::os
