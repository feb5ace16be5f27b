// Where a listener listens and how, as --listen writes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/HostPort.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace baton::os {

enum class ListenKind { Tcp, Udp, Unix, UnixSeqpacket, UnixDatagram };

bool isUnix(ListenKind kind);
/// SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET.
int socketType(ListenKind kind);

struct ListenAddress {
    std::string name; ///< for LISTEN_FDNAMES: 1-255 printable characters without a colon
    ListenKind kind = ListenKind::Tcp;
    HostPort address; ///< tcp and udp
    std::string path; ///< unix: absolute, at most 107 bytes

    bool bothFamilies = false;      ///< IPv4 too, on the IPv6 socket [::]
    int backlog = 0;                ///< 0: the system's longest
    int sockets = 1;                ///< of more, each has SO_REUSEPORT and a queue of its own
    std::optional<unsigned> mode{}; ///< of a unix path; nothing: as the umask has it
    std::string owner{};            ///< of a unix path, name or number; empty: ours
    std::string group{};

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Reads NAME=ADDR and attributes behind it, each after a comma:
///   NAME=HOST:PORT          TCP; NAME=tcp:HOST:PORT is the same. An IPv6 address takes IPv6 alone
///   NAME=tcp6+4:[::]:PORT   one socket for IPv6 and IPv4
///   NAME=udp:HOST:PORT      and udp6+4:[::]:PORT
///   NAME=unix:/path         a stream; unix-seqpacket:/path, unix-datagram:/path
///   backlog=N (tcp, unix, unix-seqpacket)  reuseport=N (tcp, udp)  mode=0660 owner=USER group=GROUP (unix…)
/// @throws std::invalid_argument with a sentence saying what is wrong with `text`.
ListenAddress parseListenAddress(std::string_view text);

/// Writes it back without the name.
std::string print(const ListenAddress& address);

/// The listeners of a list that commas part, in which attributes stand behind commas too.
std::vector<std::string> splitListeners(std::string_view text);

} // namespace baton::os
