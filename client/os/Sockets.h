// Sockets made close-on-exec: those of the control socket, of sd_notify, of pairs; listeners are in Listening.h.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Listening.h"
#include "client/os/UniqueFd.h"

#include <chrono>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace baton::os {

/// A unix stream listener or datagram receiver at `path`, mode 0600 from its first moment; an old file is replaced.
/// @throws std::invalid_argument if the path has more than the kernel's 107 bytes.
UniqueFd listenUnix(const std::filesystem::path& path);
UniqueFd receiveUnix(const std::filesystem::path& path);

/// @throws std::system_error naming the path.
UniqueFd connectUnix(const std::filesystem::path& path);

/// Both ends of a SOCK_SEQPACKET connection, non-blocking.
std::pair<UniqueFd, UniqueFd> packetPair();

/// Sends one datagram to the socket that NOTIFY_SOCKET names ("/path" or "@abstract"); whether it went. A full queue
/// (about ten datagrams that nobody has read) is waited for as long as `patience`; not at all by itself. The
/// descriptors go with it, and stay the caller's.  [sd_notify(3)]
bool notify(const std::string& notifySocket, std::string_view message,
            std::chrono::milliseconds patience = std::chrono::milliseconds(0),
            std::span<const int> descriptors = {}) noexcept;

} // namespace baton::os
