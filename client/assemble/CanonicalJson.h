// Omaha's messages as JSON 3.1 names and nests them, whatever form they came in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"

#include <string>

namespace baton::assemble {

/// Two spaces of indentation and a newline at the end. What was absent is absent; digests are lower-case hex.
std::string canonicalJson(const protocol::Request& request);
std::string canonicalJson(const protocol::Response& response);

} // namespace baton::assemble
