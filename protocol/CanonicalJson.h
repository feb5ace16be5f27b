// Omaha's messages as JSON 3.1 names and nests them, whatever form they came in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"

#include <string>

namespace baton::protocol {

/// One object, its members always in the same order, two spaces of indentation and a newline at the end: numbers and
/// booleans as such, what was not said left out, digests as lower-case hex. Bytes that are no UTF-8 become U+FFFD.
std::string canonicalJson(const Request& request);
std::string canonicalJson(const Response& response);

} // namespace baton::protocol
