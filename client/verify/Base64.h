// Base64 as it is written: read strictly, so that no two texts mean the same bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace baton::verify {

/// The standard alphabet, with padding.  [RFC 4648, 4]
std::string toBase64(std::string_view bytes);

/// Reads the standard alphabet or the one for URLs, never both in one text; the padding must be there, its unused bits
/// zero, and nothing between the characters.  [RFC 4648, 3.5; DSSE, protocol.md]
std::optional<std::string> fromBase64(std::string_view text);

/// Lower-case hex of any bytes.
std::string toHex(std::string_view bytes);

} // namespace baton::verify
