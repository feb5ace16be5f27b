// How an attribute's text becomes a value; every refusal names the element and the attribute.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Element.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::protocol {

/// Empty if it is not said.
std::string textOf(const Element& element, const char* attribute);

/// Nothing if it is not said; it may be empty.
std::optional<std::string> maybeTextOf(const Element& element, const char* attribute);

/// @throws DecodeError if it is not said or empty.
std::string demandText(const Element& element, const char* attribute);

/// Decimal digits, `least`…`most`; nothing if it is not said.  @throws DecodeError if it is said and is no such number.
std::optional<std::int64_t> numberOf(const Element& element, const char* attribute, std::int64_t least,
                                     std::int64_t most);

/// true/false in any case, 1/0; nothing if it is not said or empty.  @throws DecodeError for another word.
std::optional<bool> flagOf(const Element& element, const char* attribute);

inline constexpr std::size_t MostApps = 256;

/// The same elements, if they are at most 256 and no two of them have the same text there, braces aside and in whatever
/// case.  @throws DecodeError
std::vector<const Element*> demandEachOnce(std::vector<const Element*> elements, const char* attribute);

/// The attributes whose names begin with an underscore.
Extras extrasOf(const Element& element);
void encodeExtras(Element& element, const Extras& extras);

/// Words and ids of Omaha's are the same in any case.
bool isWord(std::string_view text, std::string_view word);

/// An attribute, or what 4.0's early draft has instead: {"fingerprint": …}. Empty if it is not said.
std::string fingerprintOf(const Element& element, const char* name);

[[noreturn]] void refuse(const Element& element, const char* attribute, const std::string& why);

} // namespace baton::protocol
