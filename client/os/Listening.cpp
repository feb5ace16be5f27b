#include "client/os/Listening.h"

#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/os/SocketAddress.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <stdexcept>

namespace baton::os {
namespace {

constexpr int LongestBacklog = INT_MAX; // The kernel cuts it to net.core.somaxconn.

UniqueFd makeSocket(int family, int type)
{
    return UniqueFd(check(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a socket"));
}

int option(int socket, int level, int name)
{
    int value = 0;
    socklen_t length = sizeof value;
    return ::getsockopt(socket, level, name, &value, &length) == 0 ? value : -1;
}

void setOption(int socket, int level, int name, int value)
{
    check(::setsockopt(socket, level, name, &value, sizeof value), "set an option of a socket");
}

// A socket that nobody answers on any more is a dead process's; a file that is no socket is somebody's.
void removeStale(const SocketAddress& address, const std::string& path, int type)
{
    std::error_code none;
    if (!std::filesystem::is_socket(path, none)) return;
    const auto probe = makeSocket(AF_UNIX, type);
    if (::connect(probe.get(), address.get(), address.length) != 0 && errno == ECONNREFUSED) ::unlink(path.c_str());
}

std::string describe(const ListenAddress& where) { return "listen on " + where.name + '=' + print(where); }

UniqueFd bindOne(const ListenAddress& where, const SocketAddress& address)
{
    const int type = socketType(where.kind);
    auto socket = makeSocket(address.family(), type);
    if (isUnix(where.kind)) removeStale(address, where.path, type);
    if (where.kind == ListenKind::Tcp) setOption(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (address.family() == AF_INET6) setOption(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, where.bothFamilies ? 0 : 1);
    if (where.sockets > 1) setOption(socket.get(), SOL_SOCKET, SO_REUSEPORT, 1);
    // Before bind: no moment in which it is open to more than it should be.
    if (where.mode) check(::fchmod(socket.get(), *where.mode), "set the mode of a socket");
    check(::bind(socket.get(), address.get(), address.length), describe(where));
    return socket;
}

uid_t userOf(const std::string& text)
{
    if (const auto number = parseNumber(text)) return static_cast<uid_t>(*number);
    if (const auto* entry = ::getpwnam(text.c_str()); entry != nullptr) return entry->pw_uid;
    throw std::invalid_argument("there is no user " + escaped(text));
}

gid_t groupOf(const std::string& text)
{
    if (const auto number = parseNumber(text)) return static_cast<gid_t>(*number);
    if (const auto* entry = ::getgrnam(text.c_str()); entry != nullptr) return entry->gr_gid;
    throw std::invalid_argument("there is no group " + escaped(text));
}

std::optional<tcp_info> listenerInfo(int socket)
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || info.tcpi_state != TCP_LISTEN)
        return std::nullopt;
    return info;
}

bool takesBothFamilies(int socket) { return option(socket, IPPROTO_IPV6, IPV6_V6ONLY) == 0; }

} // namespace

void applyOwnership(const ListenAddress& where)
{
    constexpr auto Unchanged = static_cast<uid_t>(-1);
    const auto user = where.owner.empty() ? Unchanged : userOf(where.owner);
    const auto group = where.group.empty() ? static_cast<gid_t>(-1) : groupOf(where.group);
    if (!where.owner.empty() || !where.group.empty())
        check(::lchown(where.path.c_str(), user, group), "set the owner of " + where.path);
    // The umask has taken its part of it at the bind.
    if (where.mode) check(::chmod(where.path.c_str(), *where.mode), "set the mode of " + where.path);
}

std::vector<UniqueFd> bindAll(const ListenAddress& where)
{
    auto address = isUnix(where.kind) ? unixAddress(where.path) : resolve(where.address, socketType(where.kind));
    std::vector<UniqueFd> sockets;
    for (int i = 0; i < where.sockets; ++i) {
        sockets.push_back(bindOne(where, address));
        address = nameOf(sockets.back().get()); // Port 0: the others take the one that the first was given.
    }
    if (!isUnix(where.kind)) return sockets;
    try {
        applyOwnership(where);
    } catch (const std::exception&) {
        ::unlink(where.path.c_str());
        throw;
    }
    return sockets;
}

void beginToListen(int socket, const ListenAddress& where)
{
    if (socketType(where.kind) == SOCK_DGRAM) return;
    check(::listen(socket, where.backlog == 0 ? LongestBacklog : where.backlog), describe(where));
}

UniqueFd listenOn(const ListenAddress& where)
{
    auto sockets = bindAll(where);
    beginToListen(sockets.front().get(), where);
    return std::move(sockets.front());
}

std::string boundAddress(int socket)
{
    const auto address = nameOf(socket);
    if (address.family() == AF_UNIX) return "unix:" + pathOf(address);
    return baton::print(hostPortOf(address));
}

std::string boundPath(int socket) { return pathOf(nameOf(socket)); }

bool isBoundTo(int socket, const ListenAddress& where)
{
    if (kindOf(socket) != where.kind) return false;
    const auto bound = nameOf(socket);
    if (isUnix(where.kind)) return pathOf(bound) == where.path;
    if (bound.family() == AF_INET6 && takesBothFamilies(socket) != where.bothFamilies) return false;
    const auto wanted = hostPortOf(resolve(where.address, socketType(where.kind)));
    const auto is = hostPortOf(bound);
    return is.host == wanted.host && (where.address.port == 0 || is.port == wanted.port);
}

std::uint64_t identityOf(int socket)
{
    std::uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    check(::getsockopt(socket, SOL_SOCKET, SO_COOKIE, &cookie, &length), "ask a socket for its number");
    return cookie;
}

std::optional<ListenKind> kindOf(int socket)
{
    const int type = option(socket, SOL_SOCKET, SO_TYPE);
    const int domain = option(socket, SOL_SOCKET, SO_DOMAIN);
    if (type != SOCK_DGRAM && option(socket, SOL_SOCKET, SO_ACCEPTCONN) != 1) return std::nullopt;
    if (domain == AF_UNIX) {
        if (type == SOCK_DGRAM) return ListenKind::UnixDatagram;
        return type == SOCK_SEQPACKET ? ListenKind::UnixSeqpacket : ListenKind::Unix;
    }
    if (domain != AF_INET && domain != AF_INET6) return std::nullopt;
    return type == SOCK_DGRAM ? ListenKind::Udp : ListenKind::Tcp;
}

std::optional<int> connectionsWaiting(int socket)
{
    const auto info = listenerInfo(socket);
    return info ? std::optional(static_cast<int>(info->tcpi_unacked)) : std::nullopt;
}

int mostWaiting()
{
    constexpr int Usual = 4096; // Since Linux 5.4.
    const auto text = readWhole("/proc/sys/net/core/somaxconn").value_or(std::string());
    const auto number = parseNumber(std::string_view(text).substr(0, text.find('\n')));
    return number ? static_cast<int>(std::min<std::int64_t>(*number, INT_MAX)) : Usual;
}

std::optional<int> backlogOf(int socket)
{
    const auto info = listenerInfo(socket);
    return info ? std::optional(static_cast<int>(info->tcpi_sacked)) : std::nullopt;
}

bool isHungUp(int socket)
{
    pollfd one{socket, 0, 0};
    return ::poll(&one, 1, 0) == 1 && (one.revents & POLLHUP) != 0;
}

void listenAgain(int socket, const SocketAddress& bound, int backlog)
{
    // A port that the kernel chose is given back by a shutdown; one that was named is kept, and cannot be bound twice.
    if (::bind(socket, bound.get(), bound.length) != 0 && errno != EINVAL)
        fail("bind " + baton::print(hostPortOf(bound)) + " again");
    check(::listen(socket, backlog), "listen on " + baton::print(hostPortOf(bound)) + " again");
}

} // namespace baton::os
