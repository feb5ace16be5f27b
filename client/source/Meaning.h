// What an Omaha answer means for one app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/transport/Transport.h"

#include <string>

namespace baton::source {

/// The body first and then the HTTP status: a server that refuses says why in the body.
Result<Answer> meaningOf(const transport::HttpReply& reply, const std::string& appId);

} // namespace baton::source
