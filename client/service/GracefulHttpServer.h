// An HTTP server for Poco's handlers that can stop, or go on after all, without losing a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/service/Drainable.h"
#include "client/service/HttpSettings.h"

#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/ServerSocket.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace baton {

/// Poco's HTTPServer throws accepted connections away when it stops, closes kept-alive ones under the client, and needs
/// a thread for each silent client. This one waits for requests in one epoll set, gives a thread to a connection only
/// while it is answered, and counts each from accept to close. HTTP/1.0 and 1.1, in the clear or by TLS
/// (HttpSettings::tls), whose handshakes are made by the thread that accepts.
///
/// The factory is called by several threads at once. A handler may use everything that Poco's server offers it, a
/// WebSocket too, whose handler then keeps its thread. A body that the handler did not read to its end closes the
/// connection. All functions may be called from any thread, one at a time.
class GracefulHttpServer : public Drainable {
public:
    /// The socket may be shared with other generations; it is made non-blocking and never shut down.
    GracefulHttpServer(Poco::Net::HTTPRequestHandlerFactory::Ptr factory, const Poco::Net::ServerSocket& socket,
                       HttpSettings settings = HttpSettings());
    GracefulHttpServer(Poco::Net::HTTPRequestHandlerFactory::Ptr factory, std::vector<Poco::Net::ServerSocket> sockets,
                       HttpSettings settings = HttpSettings());
    ~GracefulHttpServer() override; ///< stop()

    /// Accepts from now on. Once.
    /// @throws std::system_error
    void start();

    /// Accepts nothing more, and tells each client with its next answer that it is the last. Idle connections stay
    /// until their keep-alive time-out, as they would have anyway; those that are left in the last quarter of `within`
    /// are closed one after the other. Then wait until drained() before the process ends.
    void drain(Duration within) override;

    /// Takes up accepting again.
    void resume() override;

    /// Connections from accept to close, with those whose last answer is on its way.
    std::size_t connections() const;
    std::size_t remaining() const override { return connections(); }
    /// Whether nothing is left to lose: none is open and none will come.
    bool drained() const;
    /// Waits for that; whether it came.
    bool waitUntilDrained(Duration atMost) const override;

    /// Ends at once; what is still open is cut.
    void stop();

private:
    class Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace baton
