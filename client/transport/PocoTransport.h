// HTTP and HTTPS by Poco's client session, with the limits that it does not have.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/transport/Transport.h"

#include <cstddef>
#include <filesystem>

namespace baton::transport {

struct TransportSettings {
    std::filesystem::path caFile; ///< authorities that are believed; empty: the system's
    Duration connect{10'000};     ///< for each address of a name
    Duration headers{30'000};     ///< TLS handshake, sending and the answer's head together
    Duration answer{60'000};      ///< the body of an answer to a post
    Duration window{30'000};      ///< in each such time a download must bring `leastBytes`, or its end
    std::int64_t leastBytes = 32 * 1024;
    std::size_t longestAnswer = 512 * 1024;
};

/// A fresh connection for each exchange, closed after it, so that one answer never begins with the rest of another.
/// The process-wide parts of Poco (SSLManager, stream factories, proxies) are not touched.
class PocoTransport : public Transport {
public:
    explicit PocoTransport(TransportSettings settings = {});

    Result<HttpReply> post(const Url& url, const Headers& headers, const std::string& body) override;
    Result<Done> get(const Url& url, const Headers& headers, Receiver& receiver) override;

private:
    TransportSettings settings_;
};

} // namespace baton::transport
