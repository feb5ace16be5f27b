// An old file, a patch and what it makes, in memory.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Algorithm.h"
#include "client/os/UniqueFd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::delta::testing {

/// A file in memory that holds `bytes`.
os::UniqueFd fileOf(std::string_view bytes);

std::string patchOf(Algorithm algorithm, std::string_view oldBytes, std::string_view newBytes);

std::string applied(Algorithm algorithm, std::string_view oldBytes, std::string_view patch,
                    std::optional<std::int64_t> promisedBytes = std::nullopt);

/// The sentence with which it is refused; empty if it is not.
std::string refusalOf(Algorithm algorithm, std::string_view oldBytes, std::string_view patch,
                      std::optional<std::int64_t> promisedBytes = std::nullopt);

/// Bytes as random as a seed makes them, of an alphabet of that many letters.
std::string noise(std::size_t length, unsigned seed, unsigned letters = 256);

} // namespace baton::delta::testing
