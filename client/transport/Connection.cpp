#include "client/transport/Connection.h"

#include "client/core/Duration.h"
#include "client/transport/Head.h"
#include "client/transport/Request.h"

#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <netdb.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <vector>

namespace baton::transport {
namespace {

using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;

constexpr std::size_t MostAddresses = 8;

// In the system's order of preference (RFC 6724), which Poco's own look-up sorts away.
std::vector<SocketAddress> resolve(const HostPort& where)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int error = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &list);
    if (error != 0) throw Poco::Net::DNSException("look up the host " + where.host + ": " + ::gai_strerror(error));
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

Duration timeUntil(Watchdog::Moment end)
{
    if (end == Watchdog::Moment::max()) return Duration::max();
    return std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
}

} // namespace

StreamSocket connectTo(const HostPort& where, Duration limit, Watchdog::Moment end)
{
    std::string reasons;
    for (const auto& address : resolve(where)) {
        const auto time = std::min(limit, timeUntil(end));
        if (time <= Duration(0)) {
            reasons += "; no time is left for the others";
            break;
        }
        try {
            return connectTo(address, time);
        } catch (const Poco::TimeoutException&) {
            reasons += (reasons.empty() ? "" : "; ") + address.toString() + ": no answer within " + printDuration(time);
        } catch (const Poco::Exception& e) {
            reasons += (reasons.empty() ? "" : "; ") + address.toString() + ": " + e.name();
        }
    }
    throw Poco::Net::NetException("no connection (" + reasons + ")");
}

StreamSocket connectTo(const std::string& socket)
{
    // Poco's own maker of these addresses cannot take a path of the longest length.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.copy(address.sun_path, sizeof address.sun_path - 1);
    try {
        return connectTo(SocketAddress(reinterpret_cast<const sockaddr*>(&address), sizeof address), Duration(1000));
    } catch (const Poco::Exception& e) {
        const auto why = e.code() == 0 ? e.displayText() : std::generic_category().message(e.code());
        throw Poco::Net::NetException("no connection (" + socket + ": " + why + ")");
    }
}

Result<Done> openTunnel(const StreamSocket& plain, const Url& url, const Proxy& proxy)
{
    Stream stream(plain);
    stream.write(tunnelText(url, proxy));
    const auto head = receiveHead(stream);
    if (!head) return Failure{Category::Download, head.error().code, "the proxy: " + head.error().detail};
    if (head->status / 100 != 2) return refusedByProxy(head->status, proxy);
    if (stream.isEmpty()) return Done{};
    return Failure{Category::Download, code::AnswerInvalid, "the proxy talks on where the server should be silent"};
}

Failure refusedByProxy(int status, const Proxy& proxy)
{
    auto detail = "the proxy " + print(proxy) + " answers " + std::to_string(status);
    if (status == 407)
        detail += proxy.credentials.empty() ? ": it wants to know who asks; say http://USER:PASSWORD@" + print(proxy) +
                                                  " in the environment's https_proxy, http_proxy or all_proxy"
                                            : ": it does not take the user and password that the environment says";
    if (status == 403) detail += ": it does not let us go there; allow it there, or name the host in no_proxy";
    return Failure{Category::Download, code::Transfer, detail};
}

StreamSocket secure(const StreamSocket& plain, const Url& url, const Tls& tls)
{
    return Poco::Net::SecureStreamSocket::attach(plain, url.host, tls.context());
}

} // namespace baton::transport
