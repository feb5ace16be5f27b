// Sockets made close-on-exec, with the options that a hand-off needs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/ListenAddress.h"
#include "client/os/UniqueFd.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

namespace baton::os {

/// Binds and listens (datagram sockets: binds), non-blocking once for all holders, with the system's longest backlog.
/// A unix path that a dead process left behind is replaced; a live one is EADDRINUSE.
/// @throws std::system_error, or std::invalid_argument for a host that is no address of this machine's resolver.
UniqueFd listenOn(const ListenAddress& address);

/// Where it is bound: "127.0.0.1:34567", "unix:/path"; for messages and for port 0.
std::string boundAddress(int socket);

/// Whether it is a listening or datagram socket bound to `address` (any port if that is 0).
bool isBoundTo(int socket, const ListenAddress& address);

/// A unix stream listener or datagram receiver at `path`, mode 0600 from its first moment; an old file is replaced.
/// @throws std::invalid_argument if the path has more than the kernel's 107 bytes.
UniqueFd listenUnix(const std::filesystem::path& path);
UniqueFd receiveUnix(const std::filesystem::path& path);

/// @throws std::system_error naming the path.
UniqueFd connectUnix(const std::filesystem::path& path);

/// Both ends of a SOCK_SEQPACKET connection, non-blocking.
std::pair<UniqueFd, UniqueFd> packetPair();

/// Sends one datagram to the socket that NOTIFY_SOCKET names ("/path" or "@abstract"); whether it went. A full queue
/// (about ten datagrams that nobody has read) is waited for as long as `patience`; not at all by itself.
/// [sd_notify(3)]
bool notify(const std::string& notifySocket, std::string_view message,
            std::chrono::milliseconds patience = std::chrono::milliseconds(0)) noexcept;

} // namespace baton::os
