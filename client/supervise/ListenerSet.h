// The listening sockets: opened once, or taken from systemd, and held for as long as Baton lives.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/ListenAddress.h"
#include "client/os/UniqueFd.h"

#include <string>
#include <vector>

namespace baton::supervise {

struct Listener {
    std::string name;
    os::UniqueFd socket;
};

/// Order and names as each generation gets them in LISTEN_FDS and LISTEN_FDNAMES.
class ListenerSet {
public:
    /// What systemd passed (LISTEN_FDS and LISTEN_PID of our own environment, from descriptor 3 on), each checked to be
    /// a socket; empty if nothing was passed to us.  [sd_listen_fds(3)]
    static ListenerSet fromEnvironment();

    /// Puts `socket` in as `name`, in the place of one of that name if there is one.
    void put(const std::string& name, os::UniqueFd socket);

    /// Opens every address whose name is not there yet.  @throws std::system_error, std::invalid_argument.
    void openMissing(const std::vector<os::ListenAddress>& addresses);

    bool has(const std::string& name) const;
    bool empty() const { return listeners_.empty(); }
    const std::vector<Listener>& all() const { return listeners_; }

    std::vector<int> descriptors() const;
    std::string names() const;    ///< joined by colons
    std::string describe() const; ///< "web=127.0.0.1:8000, admin=unix:/run/x"

private:
    std::vector<Listener> listeners_;
};

} // namespace baton::supervise
