// Listening sockets: opened as an address says, known again, and looked after.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/ListenAddress.h"
#include "client/os/UniqueFd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace baton::os {

struct SocketAddress;

/// Binds all sockets of the address, non-blocking once for all holders. Datagrams arrive from here on; connections are
/// refused until beginToListen(). A unix path that a dead process left behind is replaced; a live one is EADDRINUSE.
/// @throws std::system_error, std::invalid_argument for a host that is no address of this machine's resolver, and for a
/// user or group that is unknown.
std::vector<UniqueFd> bindAll(const ListenAddress& address);

/// Nothing to do for a datagram socket.  @throws std::system_error.
void beginToListen(int socket, const ListenAddress& address);

/// Both, for an address of one socket; of more it is the first.
UniqueFd listenOn(const ListenAddress& address);

/// Sets what the address says of its unix path: owner, group, mode.  @throws std::system_error, std::invalid_argument.
void applyOwnership(const ListenAddress& address);

/// Where it is bound: "127.0.0.1:34567", "unix:/path"; for messages and for port 0.
std::string boundAddress(int socket);

/// The path that a unix socket was bound to; empty for all others.
std::string boundPath(int socket);

/// Whether it is a listening or datagram socket bound to `address` (any port if that is 0).
bool isBoundTo(int socket, const ListenAddress& address);

/// The kernel's number of the socket itself, the same for all who hold it.
std::uint64_t identityOf(int socket);

/// What a listening or datagram socket is; nothing for any other.
std::optional<ListenKind> kindOf(int socket);

/// How many connections wait to be accepted; nothing if it is no TCP listener.  [tcp(7), TCP_INFO]
std::optional<int> connectionsWaiting(int socket);

/// How many connections this machine lets wait at one listener at most, whatever was asked for: net.core.somaxconn.
int mostWaiting();

/// How many may wait; nothing likewise.
std::optional<int> backlogOf(int socket);

/// Whether somebody shut it down: poll(2) says POLLHUP.
bool isHungUp(int socket);

/// A TCP listener that was shut down listens again, at the port that it had. What waited in its queue is lost.
/// @throws std::system_error.
void listenAgain(int socket, const SocketAddress& bound, int backlog);

} // namespace baton::os
