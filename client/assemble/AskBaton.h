// Says a command to a Baton that runs, and takes no for an answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>

namespace baton::assemble {

/// The whole answer.  @throws UsageError (69) when no Baton answers
std::string askBaton(const std::filesystem::path& socket, std::string_view command);

/// @throws UsageError (69) if `answer` is Baton's word that it could not do what was asked
void refuseError(const std::string& answer);

/// For a command that Baton either accepts or refuses with a sentence.
/// @throws UsageError: `refused` and that sentence (75); 69 when no Baton answers
void demand(const std::filesystem::path& socket, const std::string& command, const std::string& refused);

/// The sentence, or JSON if that was asked. @returns 0
int sayAccepted(const Resolved& resolved, std::ostream& out, const std::string& sentence);

} // namespace baton::assemble
