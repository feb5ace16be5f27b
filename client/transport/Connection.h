// A fresh connection to one server: each of its addresses tried in turn, TLS where the address says so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/transport/Tls.h"
#include "client/transport/Url.h"

#include <Poco/Net/StreamSocket.h>

namespace baton::transport {

/// A TCP connection, close-on-exec. `limit` is for each address; at most eight are tried.
/// @throws Poco::Net::NetException saying what became of each address.
Poco::Net::StreamSocket connectTo(const Url& url, Duration limit);

/// The TLS handshake on it, with the host's name checked.  @throws Poco::Exception when it fails.
Poco::Net::StreamSocket secure(const Poco::Net::StreamSocket& plain, const Url& url, const Tls& tls);

} // namespace baton::transport
