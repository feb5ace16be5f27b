// The environment's variables that say how the network is reached: nobody's own, and read by most programs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string_view>

namespace baton {

/// HTTP_PROXY is not among them: to a program that answers CGI it is a header of a stranger's request, "Proxy:".
inline constexpr std::array<std::string_view, 7> ProxyVariables{"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                                                "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

} // namespace baton
