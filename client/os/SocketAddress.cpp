#include "client/os/SocketAddress.h"

#include "client/os/Errors.h"

#include <sys/un.h>

#include <netdb.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace baton::os {

SocketAddress unixAddress(const std::string& path)
{
    SocketAddress address;
    auto* name = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (path.size() >= sizeof name->sun_path)
        throw std::invalid_argument("the socket path " + path +
                                    " has more than 107 bytes, the kernel's limit: choose a shorter directory");
    name->sun_family = AF_UNIX;
    std::memcpy(name->sun_path, path.data(), path.size());
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return address;
}

SocketAddress resolve(const HostPort& where, int type)
{
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
    if (error != 0) throw std::invalid_argument("look up " + where.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    SocketAddress address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    return address;
}

SocketAddress nameOf(int socket)
{
    SocketAddress address;
    address.length = sizeof address.storage;
    check(::getsockname(socket, address.get(), &address.length), "ask a socket for its address");
    return address;
}

HostPort hostPortOf(const SocketAddress& address)
{
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(address.get(), address.length, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return {};
    return {host.data(), static_cast<std::uint16_t>(std::stoi(port.data()))};
}

std::string pathOf(const SocketAddress& address)
{
    if (address.family() != AF_UNIX) return {};
    return reinterpret_cast<const sockaddr_un*>(&address.storage)->sun_path;
}

} // namespace baton::os
