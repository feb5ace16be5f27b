// As much of RFC 6455 as a chat needs, said of bytes that still lie in a socket: nothing here reads or keeps any.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace websocket {

/// What the first request of a connection is answered with.
struct Welcome {
    std::string reply;
    bool isAccepted = false; ///< the connection is a WebSocket from here on
};

/// `head` is the request up to its empty line.  [RFC 6455, 4.2]
Welcome welcome(const std::string& head);

enum class Kind : unsigned { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

/// Why a connection is closed.  [RFC 6455, 7.4.1]
enum class Reason : std::uint16_t { GoingAway = 1001, ProtocolError = 1002, NoText = 1007, TooBig = 1009 };

/// A message is at most so long, with its headers: as much as is looked at in one piece.
inline constexpr std::size_t MostBytes = 4096;

struct Message {
    Kind kind = Kind::Continuation;
    std::string payload;
    std::size_t bytes = 0;          ///< that it takes in the socket
    std::vector<std::string> pings; ///< what came between its parts, and is to be answered too
};

/// There is no whole message before so many bytes are there.
struct Incomplete {
    std::size_t bytes;
};

/// The client broke the protocol, or this program's limits.
struct Broken {
    Reason reason;
};

/// What a client's bytes begin with: a whole message, be it in several parts, or nothing yet.  [RFC 6455, 5.2, 5.4]
std::variant<Message, Incomplete, Broken> firstMessage(std::string_view bytes);

/// A message for a client, in one part.
std::string message(Kind kind, std::string_view payload);
std::string closing(Reason reason);

} // namespace websocket
