// How a GracefulHttpServer treats its clients.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <Poco/Net/Context.h>

#include <cstddef>
#include <functional>
#include <string>

namespace baton {

struct HttpSettings {
    std::size_t workers = 16; ///< threads that answer; a connection holds one only while it is answered
    std::size_t mostConnections = 10'000;

    /// T: how long a silent kept-alive connection stays, announced as "Keep-Alive: timeout=T" in whole seconds. Shorter
    /// than the drain time-out, or a drain must close such connections at a moment of the server's choosing.
    Duration keepAlive{15'000};
    /// Beyond T, so that a client that uses its connection at the last moment still finds it open.
    Duration keepAliveGrace{1'000};
    Duration headTimeout{10'000};          ///< from accept, or from a request's first byte, to the end of its head
    Duration ioTimeout{10'000};            ///< without any progress of a body or an answer
    std::size_t leastBytesPerSecond = 512; ///< and with some: on average, over what ioTimeout allows
    Duration lingerTimeout{2'000};         ///< for the client to close after the last answer
    std::size_t longestHead = 16'384;      ///< bytes

    /// For https: a server's context of Poco's NetSSL, with its certificate and key. Null: in the clear.
    Poco::Net::Context::Ptr tls;

    std::string software;                                    ///< for the Server field; empty: none
    std::function<void(const std::string& line)> complaints; ///< called by any thread; may be empty
};

} // namespace baton
