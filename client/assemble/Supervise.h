// What `baton run` becomes: the supervisor, of the settings that were handed to it. Knows no Poco.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace baton::assemble {

/// Reads what BATON_SETTINGS names, and supervises until the end.
/// @returns the exit code  @throws std::exception when it cannot begin
int superviseHanded();

} // namespace baton::assemble
