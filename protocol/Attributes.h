// How an attribute's text becomes a value; every refusal names the element and the attribute.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Element.h"

#include <cstdint>
#include <string>

namespace baton::protocol {

/// Empty if it is not said.
std::string textOf(const Element& element, const char* attribute);

/// @throws DecodeError if it is not said or empty.
std::string demandText(const Element& element, const char* attribute);

/// Decimal digits, `least`…`most`.  @throws DecodeError if it is said and is no such number; `missing` if it is not
/// said.
std::int64_t numberOf(const Element& element, const char* attribute, std::int64_t least, std::int64_t most,
                      std::int64_t missing);

/// true/false in any case, 1/0.  @throws DecodeError for another word.
bool flagOf(const Element& element, const char* attribute, bool missing);

[[noreturn]] void refuse(const Element& element, const char* attribute, const std::string& why);

} // namespace baton::protocol
