// `baton decode`: one canonical JSON of an Omaha message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <iosfwd>
#include <string>
#include <string_view>

namespace baton::assemble {

/// Longer messages are refused unread.
inline constexpr std::size_t LongestMessage = std::size_t{512} * 1024;

/// `kind` is request or response.  @throws UsageError (65) in one line if it is not Omaha
std::string canonicalJson(std::string_view kind, std::string message);

/// request|response [FILE|-]
int decodeCommand(const Resolved& resolved, std::istream& in, std::ostream& out);

} // namespace baton::assemble
