// What an Omaha answer means for one app.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/transport/Transport.h"
#include "protocol/Response.h"

#include <string>
#include <string_view>

namespace baton::source {

/// Null if the answer does not speak of it. Ids are the same in any case.
const protocol::AppResponse* appIn(const protocol::Response& response, const std::string& appId);

/// Whether an offer needs the SHA-256 of its packages, or a signed statement will say it.
enum class Digests { Needed, ByStatement };

/// What the server says of the app, which was asked about. `option` is where its id was said: sentences point there.
Result<Answer> meaningOf(const protocol::AppResponse& app, Digests digests = Digests::Needed,
                         std::string_view option = "--app-id");

/// What is to be sent back with the next check: cohorts that are said, and the server's day.
/// `freshness`: a new random word, kept with each new day.  [Omaha 3.1, User Counting]
struct Noted {
    Remembered remembered;
    std::vector<std::string> remarks;
};
Noted noted(Remembered before, const protocol::Response& response, const protocol::AppResponse& app,
            const std::string& freshness);

} // namespace baton::source
