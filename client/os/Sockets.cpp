#include "client/os/Sockets.h"

#include "client/os/Errors.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <fcntl.h>
#include <netdb.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr int Backlog = 65535; // The kernel cuts it to net.core.somaxconn.

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Address unixAddress(const std::string& path)
{
    Address address;
    auto* name = reinterpret_cast<sockaddr_un*>(&address.storage);
    if (path.size() >= sizeof name->sun_path)
        throw std::invalid_argument("the socket path " + path +
                                    " has more than 107 bytes, the kernel's limit: choose a shorter directory");
    name->sun_family = AF_UNIX;
    std::memcpy(name->sun_path, path.data(), path.size());
    address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    return address;
}

Address resolve(const HostPort& where, int type)
{
    addrinfo hints{};
    hints.ai_socktype = type;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const int error = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
    if (error != 0) throw std::invalid_argument("look up " + where.host + ": " + ::gai_strerror(error));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    Address address;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.length = found->ai_addrlen;
    return address;
}

UniqueFd makeSocket(int family, int type)
{
    return UniqueFd(check(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a socket"));
}

Address nameOf(int socket)
{
    Address address;
    address.length = sizeof address.storage;
    check(::getsockname(socket, address.get(), &address.length), "ask a socket for its address");
    return address;
}

HostPort hostPortOf(const Address& address)
{
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    if (::getnameinfo(address.get(), address.length, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return {};
    return {host.data(), static_cast<std::uint16_t>(std::stoi(port.data()))};
}

// A socket that nobody answers on any more is a dead process's; a file that is no socket is somebody's.
void removeStale(const Address& address, const std::string& path)
{
    std::error_code none;
    if (!std::filesystem::is_socket(path, none)) return;
    const auto probe = makeSocket(AF_UNIX, SOCK_STREAM);
    if (::connect(probe.get(), address.get(), address.length) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

UniqueFd bindPrivate(const std::filesystem::path& path, int type)
{
    const auto address = unixAddress(path.string());
    auto socket = makeSocket(AF_UNIX, type);
    ::unlink(path.c_str());
    check(::fchmod(socket.get(), 0600), "set the mode of a socket"); // Before bind: no moment with another mode.
    check(::bind(socket.get(), address.get(), address.length), "bind " + path.string());
    return socket;
}

} // namespace

UniqueFd listenOn(const ListenAddress& where)
{
    const bool isUnix = where.kind == ListenKind::Unix;
    const int type = where.kind == ListenKind::Udp ? SOCK_DGRAM : SOCK_STREAM;
    const auto address = isUnix ? unixAddress(where.path) : resolve(where.address, type);
    auto socket = makeSocket(address.storage.ss_family, type);
    const int yes = 1;
    if (isUnix)
        removeStale(address, where.path);
    else if (type == SOCK_STREAM)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    check(::bind(socket.get(), address.get(), address.length), "listen on " + where.name + '=' + print(where));
    if (type == SOCK_STREAM) check(::listen(socket.get(), Backlog), "listen on " + where.name + '=' + print(where));
    return socket;
}

std::string boundAddress(int socket)
{
    const auto address = nameOf(socket);
    if (address.storage.ss_family == AF_UNIX)
        return std::string("unix:") + reinterpret_cast<const sockaddr_un*>(&address.storage)->sun_path;
    return baton::print(hostPortOf(address));
}

bool isBoundTo(int socket, const ListenAddress& where)
{
    int type = 0;
    socklen_t length = sizeof type;
    if (::getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return false;
    if (type != (where.kind == ListenKind::Udp ? SOCK_DGRAM : SOCK_STREAM)) return false;
    int listening = 0;
    length = sizeof listening;
    if (::getsockopt(socket, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0) return false;
    if (type == SOCK_STREAM && listening == 0) return false;

    const auto bound = nameOf(socket);
    if (where.kind == ListenKind::Unix) return boundAddress(socket) == print(where);
    if (bound.storage.ss_family == AF_UNIX) return false;
    const auto wanted = hostPortOf(resolve(where.address, type));
    const auto is = hostPortOf(bound);
    return is.host == wanted.host && (where.address.port == 0 || is.port == wanted.port);
}

UniqueFd listenUnix(const std::filesystem::path& path)
{
    auto socket = bindPrivate(path, SOCK_STREAM);
    check(::listen(socket.get(), 64), "listen on " + path.string());
    return socket;
}

UniqueFd receiveUnix(const std::filesystem::path& path) { return bindPrivate(path, SOCK_DGRAM); }

UniqueFd connectUnix(const std::filesystem::path& path)
{
    const auto address = unixAddress(path.string());
    UniqueFd socket(check(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a socket"));
    check(::connect(socket.get(), address.get(), address.length), "connect to " + path.string());
    return socket;
}

std::pair<UniqueFd, UniqueFd> packetPair()
{
    std::array<int, 2> ends{};
    check(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()), "make a socket pair");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

bool notify(const std::string& notifySocket, std::string_view message, std::chrono::milliseconds patience) noexcept
try {
    if (notifySocket.size() < 2 || (notifySocket.front() != '/' && notifySocket.front() != '@')) return false;
    auto address = unixAddress(notifySocket);
    if (notifySocket.front() == '@') {
        reinterpret_cast<sockaddr_un*>(&address.storage)->sun_path[0] = '\0';
        --address.length; // An abstract name has no terminator.
    }
    const UniqueFd socket(check(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), "make a socket"));
    const timeval limit{patience.count() / 1000, patience.count() % 1000 * 1000};
    if (patience.count() > 0) ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const int flags = MSG_NOSIGNAL | (patience.count() > 0 ? 0 : MSG_DONTWAIT);
    return ::sendto(socket.get(), message.data(), message.size(), flags, address.get(), address.length) ==
           static_cast<ssize_t>(message.size());
} catch (const std::exception&) {
    return false;
}

} // namespace baton::os
