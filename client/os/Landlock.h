// Which files a process may reach, by the kernel's Landlock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace baton::os {

/// The version of the kernel's interface: 4 and later know TCP, 6 and later signals; 0: there is none, see errno.
long landlockVersion();

/// Whom a process may still reach by TCP.
enum class Reach {
    Nobody, ///< no socket is bound or connected
    Others  ///< it connects, and binds none, so that nobody connects to it; below `writable` it makes plain files alone
};

/// From now on nothing is opened, made, renamed, removed or executed but what is at or below `readable`, to be read,
/// and below `writable`; TCP goes as far as `reach`, and no abstract unix socket of another process is connected to,
/// nor is one signalled, where the kernel knows these rules. Needs no_new_privs. A path that is not there, or closed to
/// this user anyway, is left out.
/// @returns why that could not be had; empty if it holds
std::string restrictFiles(const std::vector<std::filesystem::path>& readable,
                          const std::vector<std::filesystem::path>& writable, Reach reach = Reach::Nobody);

} // namespace baton::os
