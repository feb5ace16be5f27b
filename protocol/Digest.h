// Digests between their wire forms and lower-case hex.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace baton::protocol {

inline constexpr std::size_t Sha1Bytes = 20;
inline constexpr std::size_t Sha256Bytes = 32;

/// Hex of any case or base64 (with or without its padding), of exactly that many bytes; as lower-case hex.
std::optional<std::string> readDigest(std::string_view text, std::size_t bytes);

/// Lower-case hex as base64.
std::string toBase64(std::string_view hex);

} // namespace baton::protocol
