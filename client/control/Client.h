// Asks a running Baton one thing over its control socket, and waits for the answer.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace baton::control {

/// Sends `command` and a newline, and returns all that comes until the end of the stream, at most 64 MiB.
/// @throws std::system_error naming the path: ENOENT or ECONNREFUSED when no Baton is there, ETIMEDOUT when it is
/// silent for longer than `patience`.
std::string ask(const std::filesystem::path& socket, std::string_view command, Duration patience = Duration(10'000));

} // namespace baton::control
