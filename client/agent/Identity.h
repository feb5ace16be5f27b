// What the server knows this machine and this conversation by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace baton::agent {

/// 32 hex digits, made once and kept in the file; never the machine's real id, which is not the server's business.
/// @throws std::system_error if it can be neither read nor written.
std::string machineId(const std::filesystem::path& file);

/// The kernel's id of this boot; empty if it has none.
std::string bootId();

} // namespace baton::agent
