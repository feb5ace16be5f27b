// The one door to the network: a question that fits in memory, and bytes that do not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Url.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::transport {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// The value of the first header of that name, in any case; empty if there is none.
std::string_view headerOf(const Headers& headers, std::string_view name);

struct HttpHead {
    int status = 0;
    Headers headers;
    std::optional<std::int64_t> length; ///< Content-Length; nothing when the body has no announced end

    std::string_view header(std::string_view name) const { return headerOf(headers, name); }
};

struct HttpReply : HttpHead {
    std::string body;
};

/// Takes the bytes of a body as they come.
struct Receiver {
    virtual ~Receiver() = default;

    /// Called once, before any byte. Answers how many bytes may follow; a failure ends the exchange with it.
    virtual Result<std::int64_t> begin(const HttpHead& head) = 0;

    /// A failure ends the exchange with it.
    virtual Result<Done> take(std::string_view bytes) = 0;
};

/// One exchange a call, on a connection of its own. Blocks within its time limits and throws nothing of the network's.
struct Transport {
    virtual ~Transport() = default;

    /// Posts `body` and waits for the whole answer, be it an HTTP error. A failure means that no whole answer came.
    /// 307 and 308 are followed; every other redirect is a head with its status.
    virtual Result<HttpReply> post(const Url& url, const Headers& headers, const std::string& body) = 0;

    /// Gets a body into `receiver`. Success means that all announced bytes came; a body without an announced length is
    /// refused. Redirects are followed; the receiver hears of the last answer alone.
    virtual Result<Done> get(const Url& url, const Headers& headers, Receiver& receiver) = 0;
};

} // namespace baton::transport
