// A host and a port as people write them: 127.0.0.1:8000, [::1]:8000, localhost:0.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton {

struct HostPort {
    std::string host; ///< without brackets
    std::uint16_t port = 0;

    friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// Reads HOST:PORT or [V6]:PORT; the host is not looked up. Nothing if either part is missing or the port is no number.
std::optional<HostPort> parseHostPort(std::string_view text);

/// Writes it back, brackets around what holds a colon.
std::string print(const HostPort& address);

} // namespace baton
