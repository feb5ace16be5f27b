// Whether an answer's head can be believed about where its body ends, and our own headers about where theirs do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Transport.h"

namespace baton::transport {

/// Reads Content-Length. Refuses two of them, one beside Transfer-Encoding, a number that is none, a header's name that
/// is no token, any transfer coding but chunked, and any encoding of the body but identity.  [RFC 9112, 6.3]
Result<HttpHead> readHead(int status, Headers headers);

/// Refuses bytes that would end a header's line or hide in it, without repeating them: they may be a secret.
Result<Done> checkOutgoing(const Headers& headers);

} // namespace baton::transport
