#include "client/transport/Connection.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <sys/socket.h>

#include <fcntl.h>
#include <netdb.h>

#include <memory>
#include <vector>

namespace baton::transport {
namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

constexpr std::size_t MostAddresses = 8;

// In the system's order of preference (RFC 6724), which Poco's own look-up sorts away.
std::vector<SocketAddress> resolve(const Url& url)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &hints, &list);
    if (error != 0) throw Poco::Net::DNSException("look up the host " + url.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    std::vector<SocketAddress> addresses;
    for (const auto* one = list; one != nullptr && addresses.size() < MostAddresses; one = one->ai_next)
        if (one->ai_family == AF_INET || one->ai_family == AF_INET6)
            addresses.emplace_back(one->ai_addr, one->ai_addrlen);
    return addresses;
}

StreamSocket connectTo(const SocketAddress& address, Duration limit)
{
    StreamSocket socket(address.family());
    ::fcntl(socket.impl()->sockfd(), F_SETFD, FD_CLOEXEC); // Poco leaves its descriptors open over an exec.
    socket.connect(address, Poco::Timespan(std::chrono::microseconds(limit).count()));
    return socket;
}

} // namespace

StreamSocket connectTo(const Url& url, Duration limit)
{
    std::string reasons;
    for (const auto& address : resolve(url)) {
        try {
            return connectTo(address, limit);
        } catch (const Poco::Exception& e) {
            reasons += (reasons.empty() ? "" : "; ") + address.toString() + ": " + e.name();
        }
    }
    throw Poco::Net::NetException("no connection (" + reasons + ")");
}

StreamSocket secure(const StreamSocket& plain, const Url& url, const Tls& tls)
{
    return Poco::Net::SecureStreamSocket::attach(plain, url.host, tls.context());
}

} // namespace baton::transport
