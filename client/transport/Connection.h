// A fresh connection to one server: each of its addresses tried in turn, through a proxy's tunnel, TLS on top.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/HostPort.h"
#include "client/core/Result.h"
#include "client/transport/Proxy.h"
#include "client/transport/Tls.h"
#include "client/transport/Url.h"
#include "client/transport/Watchdog.h"

#include <Poco/Net/StreamSocket.h>

#include <string>

namespace baton::transport {

/// A TCP connection, close-on-exec. `limit` is for each address; at most eight are tried, none after `end`.
/// @throws Poco::Net::NetException saying what became of each address.
Poco::Net::StreamSocket connectTo(const HostPort& where, Duration limit, Watchdog::Moment end);

/// A connection to a unix socket, close-on-exec.  @throws Poco::Exception when it fails.
Poco::Net::StreamSocket connectTo(const std::string& socket);

/// Has the proxy at the other end of `plain` open a way to the server of `url`. A failure says why it does not.
Result<Done> openTunnel(const Poco::Net::StreamSocket& plain, const Url& url, const Proxy& proxy);

/// Why a proxy that answers with this status lets nobody through, and what to do.
Failure refusedByProxy(int status, const Proxy& proxy);

/// The TLS handshake on it, with the host's name checked.  @throws Poco::Exception when it fails.
Poco::Net::StreamSocket secure(const Poco::Net::StreamSocket& plain, const Url& url, const Tls& tls);

} // namespace baton::transport
