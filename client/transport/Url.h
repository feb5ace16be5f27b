// An http or https address, split without decoding anything: what was signed or offered goes out as it came.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace baton::transport {

enum class Scheme { Http, Https };

struct Url {
    Scheme scheme = Scheme::Http;
    std::string host; ///< without brackets
    std::uint16_t port = 0;
    std::string target; ///< path and query, beginning with '/', byte for byte as it came

    /// What the Host header says: brackets around what holds a colon, the port where it is not the scheme's own.
    std::string authority() const;

    friend bool operator==(const Url&, const Url&) = default;
};

std::string print(const Url& url);

/// Takes http and https only, with a host of [A-Za-z0-9.-] or a bracketed IPv6 address, a port of 1-65535, and
/// printable ASCII; no user, no fragment, no backslash, no blank.
Result<Url> parseUrl(std::string_view text);

} // namespace baton::transport
