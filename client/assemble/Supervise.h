// What `baton run` becomes: the supervisor, of the settings that were handed to it. Knows no Poco.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Handed.h"

namespace baton::assemble {

/// Reads what BATON_SETTINGS names, and supervises until the end.
/// @returns the exit code  @throws std::exception when it cannot begin
int superviseHanded();

/// The same in this process, which must have one thread: supervises until the end. `settings` is the sealed file of
/// `handed`, whose lock is closed at the end.
int superviseHere(const Handed& handed, int settings);

} // namespace baton::assemble
