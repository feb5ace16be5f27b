// The words of a request, as they go over the wire.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/Proxy.h"
#include "client/transport/Redirect.h"
#include "client/transport/Transport.h"

#include <optional>
#include <string>
#include <string_view>

namespace baton::transport {

/// What is asked, wherever that leads.
struct Question {
    Method method = Method::Get;
    const Headers& headers;
    std::string_view body{}; ///< of a post
};

/// "post to https://…", for people.
std::string describe(const Question& question, const Url& url);

/// Head and body. `proxy` where a proxy reads it; `authorization` empty: none.
std::string requestText(const Question& question, const Url& url, const std::optional<Proxy>& proxy,
                        const std::string& authorization);

/// Asks a proxy for a way to the host and port of `url`.  [RFC 9110, 9.3.6]
std::string tunnelText(const Url& url, const Proxy& proxy);

} // namespace baton::transport
