// Processes that are not our children, told apart for good: pid, start time and boot together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/SignalSet.h"
#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::os {

/// Field 22 of /proc/PID/stat; nothing if there is no such process (or only its zombie).
std::optional<std::uint64_t> startTicksOf(pid_t pid);

/// Its parent, of one that has ended and was not reaped too; nothing if there is no such process.
std::optional<pid_t> parentOf(pid_t pid);

/// Whether `pid` is `ancestor` or descends from it, as /proc shows it now.
bool descendsFrom(pid_t pid, pid_t ancestor);

/// Its children, those that have ended and were not reaped too; none where the kernel does not tell.
std::vector<pid_t> childrenOf(pid_t pid);

/// A variable of the environment that it was started with; nothing if it has none, has ended, or may not be asked.
std::optional<std::string> environmentOf(pid_t pid, std::string_view name);

/// /proc/sys/kernel/random/boot_id, without its newline.
std::string bootId();

/// A pidfd of exactly that process; nothing if it is gone or its pid is another's by now.
std::optional<UniqueFd> openProcess(pid_t pid, std::uint64_t startTicks, const std::string& bootId);

/// A pidfd of whatever has that pid now; nothing if there is none, or only its zombie.
std::optional<UniqueFd> openProcess(pid_t pid);

/// Whose pidfd it is; nothing if it is none, or its process was reaped.
std::optional<pid_t> pidOf(int pidfd);

/// By pidfd. A process that has ended is no error.
void signalProcess(int pidfd, const Signal& signal);

/// Whether the process of that pidfd is gone for good, so that its pid may be another's; one that has ended and was not
/// reaped is not.
bool isReaped(int pidfd);

/// Whether both descriptors of this process are the same open file, not only the same path; false too where the kernel
/// does not tell.  [kcmp(2)]
bool isSameFile(int left, int right);

/// A duplicate of another process's descriptor; nothing if we may not, or it has no such.  [pidfd_getfd(2)]
std::optional<UniqueFd> borrowDescriptor(int pidfd, int fd);

} // namespace baton::os
