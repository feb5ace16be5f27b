// What `baton run` becomes: the supervisor, of the settings that were handed to it. Knows no Poco.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Handed.h"
#include "client/os/PidFile.h"
#include "client/supervise/Settings.h"

#include <memory>

namespace baton::assemble {

/// Reads what BATON_SETTINGS names, and supervises until the end.
/// @returns the exit code  @throws std::exception when it cannot begin
int superviseHanded();

/// An option that the Baton before did not know has its default.
void fillIn(Handed& handed);

/// --pidfile, for as long as it lives; nothing where that is not said.  @throws UsageError (73)
std::unique_ptr<os::PidFile> writePidFile(const Handed& handed);

/// Of the whole Baton, and each of its programs. `settings` is the sealed file.
supervise::SupervisorSettings settingsOfAll(const Handed& handed, int settings);

/// The same in this process, which must have one thread: supervises until the end. `settings` is the sealed file of
/// `handed`, whose lock is closed at the end.
int superviseHere(const Handed& handed, int settings);

} // namespace baton::assemble
