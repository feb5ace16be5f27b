// What each child finds in its environment.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <filesystem>
#include <string>
#include <vector>

namespace baton::supervise {

/// What `baton run` was started with, less what Baton itself was told: BATON_*, LISTEN_*, NOTIFY_SOCKET, WATCHDOG_*.
std::vector<std::string> programEnvironment(const char* const* environment);

/// The short list that Baton's own roles get: PATH, LANG, LC_ALL and TZ as they are here, nothing else.
std::vector<std::string> roleEnvironment(const char* const* environment);

/// PROGRAM ARGS with {release} replaced by the release's directory.
std::vector<std::string> withRelease(std::vector<std::string> command, const std::filesystem::path& directory);

/// The file that runs: a single-file release's own program, else PROGRAM, looked up in PATH if it has no slash.
/// Empty if PATH has no such file.
std::string executableOf(const std::vector<std::string>& command, const store::Release& release,
                         const std::filesystem::path& directory);

/// What EACCES leaves open of an executable that has all its permissions: "; …", or nothing.
std::string hintAtNoexec(const std::filesystem::path& executable, int error);

} // namespace baton::supervise
