// What the server knows this machine and this conversation by.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace baton::agent {

/// `digits` random lower-case hex digits, from the kernel.
std::string randomHex(std::size_t digits);

/// "{5d7b1c2e-8f52-4b1a-9e3c-0a6a5b1f2c3d}", random.  [RFC 9562, version 4]
std::string randomGuid();

/// 32 hex digits, made once and kept in the file; never the machine's real id, which is not the server's business.
/// @throws std::system_error if it can be neither read nor written.
std::string machineId(const std::filesystem::path& file);

/// The kernel's id of this boot; empty if it has none.
std::string bootId();

} // namespace baton::agent
