// The head of an answer: read with limits, and taken apart strictly.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Stream.h"
#include "client/transport/Transport.h"

#include <cstddef>
#include <string_view>

namespace baton::transport {

inline constexpr std::size_t LongestHead = 64 * 1024; ///< in bytes, with all that came before it (status 1xx)
inline constexpr std::size_t MostHeaders = 100;

/// Takes apart a status line and header lines, each ended by CR LF or LF, without the empty line at their end. Refuses
/// what is not HTTP/1.0 or 1.1, folded lines, control characters, and more than MostHeaders. What the headers mean for
/// the body is readHead()'s to say.  [RFC 9112, 4 and 5]
Result<HttpHead> parseHead(std::string_view text);

/// Reads up to the first byte of the body; what an answer says meanwhile (1xx) is read over. Failures: code::Transfer
/// when the connection ended, AnswerInvalid when it is no such head.
Result<HttpHead> receiveHead(Stream& stream);

} // namespace baton::transport
