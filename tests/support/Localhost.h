// Whether this machine knows its own name: a root that was just made has no /etc/hosts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/socket.h>

#include <netdb.h>

namespace baton::testing {

inline bool knowsLocalhost()
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo("localhost", "80", &hints, &list) != 0) return false;
    ::freeaddrinfo(list);
    return true;
}

} // namespace baton::testing
