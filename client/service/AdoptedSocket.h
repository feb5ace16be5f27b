// A listening socket that somebody else opened, as Poco knows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <Poco/Net/ServerSocket.h>

namespace baton {

/// The socket is non-blocking and shared with other generations: accept it only after poll(), and expect EAGAIN even
/// then. Never call shutdown() on it.
Poco::Net::ServerSocket adoptServerSocket(os::UniqueFd socket);

} // namespace baton
