// One request and its answer, on a connection of its own.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Body.h"
#include "client/transport/Pace.h"
#include "client/transport/Request.h"
#include "client/transport/Tls.h"
#include "client/transport/TransportSettings.h"
#include "client/transport/Watchdog.h"

#include <Poco/Net/StreamSocket.h>

#include <memory>
#include <optional>
#include <string>

namespace baton::transport {

/// Where a request goes this time.
struct Hop {
    const Url& url;
    bool isOurServer = false; ///< the server's own origin, never left on the way: it may see our credentials
};

/// Used once. The one place where what Poco throws becomes a Failure.
class Exchange {
public:
    /// `end` is for all of it.
    Exchange(const TransportSettings& settings, const Question& question, const Hop& hop, Watchdog::Moment end);

    /// Nothing: the receiver has the whole answer. Text: a Location to go on at, of which the receiver heard nothing.
    Result<std::optional<std::string>> run(Receiver& receiver);

private:
    using Next = std::optional<std::string>;

    Result<Done> prepare();
    Poco::Net::StreamSocket connect() const;
    Result<Next> overConnection(Receiver& receiver);
    Result<Next> overSocket(Poco::Net::StreamSocket socket, Receiver& receiver, Watchdog& watchdog);
    Result<Next> receive(Stream& stream, Receiver& receiver, Watchdog& watchdog) const;
    Result<Done> receiveBody(Body& body, std::int64_t most, Receiver& receiver, Pace& pace) const;
    Result<Done> agree(Poco::Net::StreamSocket& socket);
    TlsSettings tlsSettings() const;
    Duration patience() const;
    Failure told(Failure failure) const;

    const TransportSettings& settings_;
    const Limits& limits_;
    const Question& question_;
    const Hop hop_;
    const Watchdog::Moment end_;
    std::optional<Proxy> proxy_;
    std::string authorization_;
    std::unique_ptr<Tls> tls_;
    std::string late_;
};

} // namespace baton::transport
