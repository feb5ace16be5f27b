// Where a listener listens, as --listen writes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/HostPort.h"

#include <optional>
#include <string>
#include <string_view>

namespace baton::os {

enum class ListenKind { Tcp, Udp, Unix };

struct ListenAddress {
    std::string name; ///< for LISTEN_FDNAMES: 1-255 printable characters without a colon
    ListenKind kind = ListenKind::Tcp;
    HostPort address; ///< tcp and udp
    std::string path; ///< unix: absolute, at most 107 bytes

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// Reads NAME=HOST:PORT, NAME=[V6]:PORT, NAME=unix:/path, NAME=udp:HOST:PORT; tcp:HOST:PORT is taken too.
/// @throws std::invalid_argument with a sentence saying what is wrong with `text`.
ListenAddress parseListenAddress(std::string_view text);

/// Writes it back without the name.
std::string print(const ListenAddress& address);

} // namespace baton::os
