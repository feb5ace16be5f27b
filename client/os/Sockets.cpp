#include "client/os/Sockets.h"

#include "client/os/Errors.h"
#include "client/os/Message.h"
#include "client/os/SocketAddress.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include <fcntl.h>

#include <array>
#include <exception>

namespace baton::os {
namespace {

UniqueFd makeSocket(int family, int type)
{
    return UniqueFd(check(::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a socket"));
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

bool notify(const std::string& notifySocket, std::string_view message, std::chrono::milliseconds patience,
            std::span<const int> descriptors) noexcept
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
    return sendMessage(socket.get(), message, descriptors, patience.count() > 0 ? 0 : MSG_DONTWAIT, address.get(),
                       address.length);
} catch (const std::exception&) {
    return false;
}

} // namespace baton::os
