// `baton decode`: one canonical JSON of an Omaha message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace baton::assemble {

/// Longer messages are refused unread.
inline constexpr std::size_t LongestMessage = std::size_t{512} * 1024;

/// `kind` is request or response.  @throws UsageError (65) in one line if it is not Omaha
std::string canonicalJson(std::string_view kind, std::string message);

/// `words` are request|response [FILE|-].  @throws UsageError
void decodeCommand(const std::vector<std::string>& words, std::istream& in, std::ostream& out);

} // namespace baton::assemble
