// Messages on unix sockets that carry descriptors, and say who sent them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <sys/socket.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace baton::os {

struct Message {
    std::string text;
    bool isCut = false;                ///< it was longer than what was asked for
    std::vector<UniqueFd> descriptors; ///< close-on-exec
    std::optional<ucred> sender;       ///< where SO_PASSCRED was asked for
    UniqueFd senderPidfd;              ///< of that very process, where the kernel gives one (from 6.5 on)
};

/// Asks for the credentials of whoever sends, to be called before anybody can.  @throws std::system_error.
void askForSender(int socket);

/// The next message, without waiting, at most `longest` bytes of it; nothing: there is none, or the socket is at its
/// end, where `ended` says so.
std::optional<Message> receiveMessage(int socket, std::size_t longest, bool* ended = nullptr);

/// Sends one message with these descriptors, at most 253, to the other end, or to `address`. Whether it went; errno
/// says why not.
bool sendMessage(int socket, std::string_view text, std::span<const int> descriptors, int flags,
                 const sockaddr* address = nullptr, socklen_t addressLength = 0) noexcept;

} // namespace baton::os
