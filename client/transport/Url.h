// An http, https or unix address, split without decoding anything: what was signed or offered goes out as it came.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace baton::transport {

enum class Scheme {
    Http,
    Https,
    Unix ///< http on a unix socket of this machine
};

struct Url {
    Scheme scheme = Scheme::Http;
    std::string host;       ///< without brackets; "localhost" of a unix address
    std::uint16_t port = 0; ///< 0 of a unix address
    std::string target;     ///< path and query, beginning with '/', byte for byte as it came
    std::string socket{};   ///< the absolute path of a unix address; else empty

    /// What the Host header says: brackets around what holds a colon, the port where it is not the scheme's own.
    std::string authority() const;

    friend bool operator==(const Url&, const Url&) = default;
};

std::string print(const Url& url);

/// For logs and messages: one line, without the query, which may be a signature that opens the address to its reader.
std::string shown(const Url& url);

/// "https" and so on, as it stands in an address.
std::string_view schemeName(Scheme scheme);

/// Takes http and https, with a host of [A-Za-z0-9.-] or a bracketed IPv6 address and a port of 1-65535, and
/// unix:SOCKET or unix:SOCKET:TARGET, SOCKET being an absolute path without a colon of at most 107 bytes. Printable
/// ASCII alone; no user, no fragment, no backslash, no blank.
Result<Url> parseUrl(std::string_view text);

/// Whether two words are the same to DNS and HTTP, which do not tell a from A.
bool isSameWord(std::string_view a, std::string_view b);

/// Same scheme, host and port, or same socket: what belongs to one may be told to the other.  [RFC 6454]
bool isSameOrigin(const Url& a, const Url& b);

/// Whether it leads to this very machine, as its text says: localhost, 127.0.0.0/8, ::1, or a unix socket.
bool isLoopback(const Url& url);

} // namespace baton::transport
