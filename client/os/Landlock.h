// Which files a process may reach, by the kernel's Landlock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace baton::os {

/// The version of the kernel's interface: 4 and later know TCP, 6 and later signals; 0: there is none.
long landlockVersion();

/// From now on nothing is opened, made, renamed, removed or executed but what is at or below `readable`, to be read,
/// and below `writable`; no TCP socket is bound or connected, and no process outside is signalled, where the kernel
/// knows these rules. Needs no_new_privs. A path that is not there is left out.
/// @returns why that could not be had; empty if it holds
std::string restrictFiles(const std::vector<std::filesystem::path>& readable,
                          const std::vector<std::filesystem::path>& writable);

} // namespace baton::os
