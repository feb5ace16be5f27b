// Control groups of version 2, as directories: where we stand, whether it is ours to divide, how often memory ran out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace baton::os {

/// The directory of this process's own cgroup; nothing where there is no cgroup v2, or it is not mounted.
/// [cgroups(7), /proc/PID/cgroup]
std::optional<std::filesystem::path> ownCgroup();

/// The same of version 1's memory controller: where a machine still has that, it is the one that counts.
std::optional<std::filesystem::path> ownMemoryCgroup();

/// Whether whoever manages the cgroups has given this one away: the attribute that systemd sets with Delegate=yes.
/// [systemd: Control Group APIs and Delegation]
bool isDelegated(const std::filesystem::path& cgroup);

/// @throws std::system_error
void joinCgroup(const std::filesystem::path& cgroup, pid_t pid);

/// Writes a word into one of its files; false if that fails.
bool tellCgroup(const std::filesystem::path& cgroup, const char* file, std::string_view word);

/// A cgroup as it can be written down. No other one has its id before the next boot, be it made at the same place.
struct KnownCgroup {
    std::filesystem::path directory;
    std::uint64_t id = 0;

    friend bool operator==(const KnownCgroup&, const KnownCgroup&) = default;
};

/// The one that is there now; nothing if there is none.
std::optional<KnownCgroup> knownCgroup(const std::filesystem::path& directory);

/// Whether a process lives in it or in what is below it.
bool isPopulated(const KnownCgroup& cgroup);

/// Kills all in it and in what is below it, without a race.  @returns false if it is another one by now, where the
/// kernel cannot (before 5.14), or where we may not
bool killCgroup(const KnownCgroup& cgroup);

/// Takes its directory away.  @returns whether it is gone; false while something is in it
bool removeCgroup(const KnownCgroup& cgroup);

/// How many processes of it and of what is below it were killed for want of memory; nothing where nobody counts that.
std::optional<std::uint64_t> oomKills(const std::filesystem::path& cgroup);

} // namespace baton::os
