// Where the pass phrase of a private key comes from: a file, or a person at a terminal. Never the command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"

#include <optional>
#include <string>

namespace baton::assemble {

/// The first line of --pass-file, which must not be open to everybody; nothing if none was named.
/// @throws UsageError
std::optional<std::string> passPhraseFromFile(const Values& values);

/// Asks at the terminal of this process, without showing what is typed; nothing where there is none.
std::optional<std::string> askPassPhrase(const std::string& question);

} // namespace baton::assemble
