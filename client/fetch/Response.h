// What the answer to a request for a range means for the bytes that are already here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Transport.h"

#include <cstdint>
#include <string>

namespace baton::fetch {

enum class Meaning {
    FromZero, ///< 200: the whole package follows, what was here is void
    GoOn,     ///< 206: what follows is what was missing
    ThrowAway ///< 416: what is here is no part of what the server has
};

/// `have`: the bytes that were not asked for; 0 if all were. A failure is anything that cannot become the package.
/// [RFC 9110, 14.4 Content-Range, 15.3.7 206, 15.5.17 416]
Result<Meaning> judge(const transport::HttpHead& head, std::int64_t have, std::int64_t sizeBytes);

/// Whether a status says that the server is busy or broken, and not that it has no such package.
bool isPassing(int status);

/// What a later If-Range may say; empty if nothing may. A strong ETag; where there is no ETag at all, the date of the
/// last change if the answer is a minute younger: a second change within the date's own second would go unseen. Never
/// a weak one.  [RFC 9110, 8.8.2.2 and 13.1.5]
std::string validatorOf(const transport::HttpHead& head);

} // namespace baton::fetch
