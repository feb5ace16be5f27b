// Where an answer sends us, and whether we go there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/Url.h"

#include <string_view>

namespace baton::transport {

enum class Method { Get, Post };

/// Whether an answer of that status is a redirect that is followed: 301, 302, 303, 307 and 308 of a GET; of a POST
/// only 307 and 308, which keep method and body.  [RFC 9110, 15.4]
bool isFollowed(int status, Method method);

/// The address that a Location header means, read at `from`; its fragment is dropped. Refuses to go from https to
/// anything else, and to a unix socket other than the one that it comes from.
Result<Url> follow(const Url& from, std::string_view location);

} // namespace baton::transport
