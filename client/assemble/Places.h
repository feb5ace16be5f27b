// Where Baton keeps things and finds itself, when nobody says.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"

#include <filesystem>
#include <string>

namespace baton::assemble {

/// --state-dir; else STATE_DIRECTORY, which systemd sets; else /var/lib/baton/NAME for root and
/// $XDG_STATE_HOME/baton/NAME (~/.local/state) for others, NAME being --app-id or the program's file name. Absolute.
std::filesystem::path stateDirectory(const Values& values, const std::string& program);

/// Where one of several programs has its state: its own --state-dir, or programs/NAME in the whole Baton's.
std::filesystem::path programDirectory(const std::filesystem::path& stateDirectory, const std::string& program);
std::filesystem::path programDirectory(const std::filesystem::path& stateDirectory, const std::string& program,
                                       const Values& values);

/// --control, or control.sock in the state directory.
std::filesystem::path controlSocket(const Values& values, const std::filesystem::path& stateDirectory);

/// The socket of a Baton that runs, by --control or --state-dir.  @throws UsageError if neither was said.
std::filesystem::path socketToAsk(const Values& values);

/// @throws UsageError (66) if the file that `option` names cannot be read; nothing is named: nothing happens.
void checkReadable(const Values& values, const std::string& option);

/// This process's own executable, where it was when it was executed: another may stand there by now.
std::filesystem::path ownExecutable();

/// The `baton` that goes with a supervisor: beside it, or in ../../bin; or else `other`.
/// @throws UsageError (69) if it is in none of these places.
std::filesystem::path batonFor(const std::filesystem::path& supervisor, const std::filesystem::path& other);

} // namespace baton::assemble
