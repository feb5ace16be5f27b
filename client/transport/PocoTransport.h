// HTTP and HTTPS on Poco's sockets and TLS, with redirects, and with limits on all that a server may do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/Request.h"
#include "client/transport/Transport.h"
#include "client/transport/TransportSettings.h"

namespace baton::transport {

/// A fresh connection for each exchange, closed after it, so that one answer never begins with the rest of another.
/// The process-wide parts of Poco (SSLManager, stream factories, proxies) are not touched. Any number of threads may
/// use one at once. Whoever owns the process ignores SIGPIPE: OpenSSL writes without asking for its absence.
class PocoTransport : public Transport {
public:
    explicit PocoTransport(TransportSettings settings = {});

    Result<HttpReply> post(const Url& url, const Headers& headers, const std::string& body) override;
    Result<Done> get(const Url& url, const Headers& headers, Receiver& receiver) override;

private:
    Result<Done> converse(const Question& question, const Url& first, Receiver& receiver) const;

    const TransportSettings settings_;
};

} // namespace baton::transport
