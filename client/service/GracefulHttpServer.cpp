#include "client/service/GracefulHttpServer.h"

#include "client/service/HttpPoller.h"
#include "client/service/HttpWorkers.h"

#include <Poco/Exception.h>

namespace baton {
namespace {

std::vector<int> descriptorsOf(std::vector<Poco::Net::ServerSocket>& sockets)
{
    std::vector<int> descriptors;
    for (auto& socket : sockets) {
        if (socket.secure())
            throw Poco::InvalidArgumentException("GracefulHttpServer wants a plain listener, and HttpSettings::tls");
        socket.setBlocking(false); // Another generation may be faster; accept(2) must not wait then.
        descriptors.push_back(socket.impl()->sockfd());
    }
    return descriptors;
}

HttpSettings checked(HttpSettings settings)
{
    if (!settings.tls.isNull() && !settings.tls->isForServerUse())
        throw Poco::InvalidArgumentException("HttpSettings::tls must be a context of a server's");
    return settings;
}

} // namespace

class GracefulHttpServer::Parts {
public:
    Parts(Poco::Net::HTTPRequestHandlerFactory::Ptr factory, std::vector<Poco::Net::ServerSocket> listeners,
          HttpSettings wanted)
        : sockets(std::move(listeners)),
          settings(checked(std::move(wanted))),
          count(std::make_shared<service::ConnectionCount>()),
          poller(descriptorsOf(sockets), settings, count,
                 [this](auto connection) { workers.submit(std::move(connection)); }),
          workers(std::move(factory), settings, policy,
                  [this](auto connection, auto fate) { poller.giveBack(std::move(connection), fate); })
    {
        policy.announced = std::chrono::duration_cast<std::chrono::seconds>(settings.keepAlive);
    }

    std::vector<Poco::Net::ServerSocket> sockets;
    const HttpSettings settings;
    service::KeepAlivePolicy policy;
    std::shared_ptr<service::ConnectionCount> count;
    service::HttpPoller poller;
    service::HttpWorkers workers;
};

GracefulHttpServer::GracefulHttpServer(Poco::Net::HTTPRequestHandlerFactory::Ptr factory,
                                       const Poco::Net::ServerSocket& socket, HttpSettings settings)
    : GracefulHttpServer(std::move(factory), std::vector{socket}, std::move(settings))
{
}

GracefulHttpServer::GracefulHttpServer(Poco::Net::HTTPRequestHandlerFactory::Ptr factory,
                                       std::vector<Poco::Net::ServerSocket> sockets, HttpSettings settings)
    : parts_(std::make_unique<Parts>(std::move(factory), std::move(sockets), std::move(settings)))
{
}

GracefulHttpServer::~GracefulHttpServer() { stop(); }

void GracefulHttpServer::start()
{
    parts_->workers.start();
    parts_->poller.start();
}

void GracefulHttpServer::drain(Duration within)
{
    parts_->policy.draining = true; // First: what is accepted from now on is told at once.
    parts_->poller.drain(within);
}

void GracefulHttpServer::resume()
{
    parts_->policy.draining = false;
    parts_->poller.resume();
}

std::size_t GracefulHttpServer::connections() const { return parts_->count->open(); }

bool GracefulHttpServer::drained() const { return parts_->count->drained(); }

bool GracefulHttpServer::waitUntilDrained(Duration atMost) const { return parts_->count->waitUntilDrained(atMost); }

// The poller first: it feeds the workers.
void GracefulHttpServer::stop()
{
    parts_->poller.stop();
    parts_->workers.stop();
}

} // namespace baton
