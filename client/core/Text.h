// Text from outside, made safe for a line of log, a terminal, a file name.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton {

/// The text with every control character, backslash and invalid UTF-8 byte escaped, cut at `longest` bytes: one line
/// whatever came. For logs, terminals and error messages.
std::string escaped(std::string_view text, std::size_t longest = 200);

/// Whether it may be the name of one file in a directory of ours: 1-128 of [A-Za-z0-9._+~-], no leading dot or dash.
bool isPlainName(std::string_view text);

/// Whether it may be a version's text: 1-255 of [0-9A-Za-z.+_~-].
bool isVersionText(std::string_view text);

/// Whether it is 64 lower-case hex digits.
bool isSha256Hex(std::string_view text);

/// Whether a stored descriptor may be called so: 1-255 printable ASCII characters without a colon.  [sd_notify(3)]
bool isDescriptorName(std::string_view text);

/// Whether it is well-formed UTF-8 (no surrogates, no overlong forms).
bool isUtf8(std::string_view text);

/// Whether it holds a control character: U+0000-U+001F, U+007F, U+0080-U+009F, each of which a terminal may obey.
bool hasControls(std::string_view text);

/// The whole text as a decimal number below 2^63; nothing for a sign, a blank, a leading zero (but "0") or junk behind.
std::optional<std::int64_t> parseNumber(std::string_view text);

/// Splits at each `separator`; an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);

} // namespace baton
