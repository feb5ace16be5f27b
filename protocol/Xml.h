// The XML form that CoreUpdate and Nebraska speak, both directions, for both sides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/DecodeError.h"
#include "protocol/Messages.h"

#include <string>
#include <string_view>

namespace baton::protocol {

std::string encodeXml(const Request& request);
std::string encodeXml(const Response& response);

/// Unknown elements and attributes are ignored.  @throws DecodeError
Request decodeXmlRequest(std::string_view text);

/// What decodes can be taken at its word: an `ok` has a manifest with packages of one-segment names, sizes of 1 or more
/// and digests that do not contradict each other.  @throws DecodeError
Response decodeXmlResponse(std::string_view text);

} // namespace baton::protocol
