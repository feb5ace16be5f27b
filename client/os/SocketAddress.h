// Addresses of sockets as the kernel has them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/HostPort.h"

#include <sys/socket.h>

#include <string>

namespace baton::os {

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t length = 0;

    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    int family() const { return storage.ss_family; }
};

/// @throws std::invalid_argument if the path has more than the kernel's 107 bytes.
SocketAddress unixAddress(const std::string& path);

/// The first that the resolver has, for binding.  @throws std::invalid_argument if there is none.
SocketAddress resolve(const HostPort& where, int type);

/// What the socket is bound to.  @throws std::system_error.
SocketAddress nameOf(int socket);

/// In numbers; port 0 and no host for what is neither IPv4 nor IPv6.
HostPort hostPortOf(const SocketAddress& address);

/// Of a unix address; empty for others, and for one that has none.
std::string pathOf(const SocketAddress& address);

} // namespace baton::os
