// XML as a bounded tree: what is too large, too deep or clever is refused while it is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Element.h"

#include <string>
#include <string_view>

namespace baton::protocol {

/// At most 512 KiB, 16 levels, 1,000 elements, 64 attributes each and 8,000 in all; UTF-8, no DOCTYPE. Elements and
/// attributes with a prefix are left out, as unknown ones, and so are attributes whose names are not ASCII; of a root
/// with a prefix its name alone is kept.
/// @throws DecodeError
Element readXml(std::string_view text);

/// With the XML declaration, escaped. What XML cannot hold: control characters, U+FFFE and U+FFFF become '?', and
/// attributes whose names are none in XML, or not ASCII, are left out.
std::string writeXml(const Element& root);

} // namespace baton::protocol
