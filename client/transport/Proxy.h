// Which proxy an address is asked through, from the option and the usual environment variables.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/Url.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::transport {

struct Proxy {
    std::string host; ///< without brackets
    std::uint16_t port = 0;
    std::string credentials{}; ///< the value of Proxy-Authorization; empty: none. Never to be printed

    friend bool operator==(const Proxy&, const Proxy&) = default;
};

/// "HOST:PORT", for people.
std::string print(const Proxy& proxy);

/// Reads http://[USER:PASSWORD@]HOST[:PORT][/]; the scheme may be left out, the port is 80 then. A failure does not
/// repeat the text, since it may hold a password.
Result<Proxy> parseProxy(std::string_view text);

/// Chooses. Loopback addresses and unix sockets are asked directly, always; so is what no_proxy names.
class Proxies {
public:
    Proxies() = default; ///< none

    /// `option`: an address, "none", or empty: the environment's. no_proxy holds for the option too.
    /// `environment`: NAME=VALUE, ended by a null pointer; lower case is stronger, an empty value is none.
    Proxies(std::string_view option, const char* const* environment);

    /// Nothing: ask it directly. A failure names the variable or the option that is no proxy of a kind we know.
    Result<std::optional<Proxy>> proxyFor(const Url& url) const;

private:
    struct Said {
        std::string name; ///< who said it: "--proxy" or the variable
        std::string text; ///< empty: nobody
    };

    Said http_;
    Said https_;
    std::string exempt_;
};

} // namespace baton::transport
