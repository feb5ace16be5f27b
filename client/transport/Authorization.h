// The credentials that the server asks for, from a file that only its readers know.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/NamedFile.h"

#include <filesystem>
#include <string>

namespace baton::transport {

/// One line: the value of an Authorization header, "Bearer …" or "Basic …", at most 8 KiB of printable ASCII. A file
/// that others than its owner and group may use is refused. No failure repeats anything of what the file holds.
/// @returns code::AnswerInvalid where the file is wrong, code::Transfer where it cannot be read.
Result<std::string> readAuthorization(const std::filesystem::path& file, const OpenFile& open = openNamed);

/// Whether only the file's owner and group may use it; else a sentence that says what to do.
Result<Done> checkSecret(const std::filesystem::path& file);

} // namespace baton::transport
