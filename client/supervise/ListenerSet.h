// The listening sockets: opened once, or taken from systemd, and held for as long as Baton or a generation needs them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/os/ListenAddress.h"
#include "client/os/UniqueFd.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::supervise {

/// One socket. Shared by the set and by each generation that was started with it; the last one closes it.
struct Listener {
    std::string name;
    os::UniqueFd socket;
    std::optional<os::ListenAddress> address; ///< nothing: systemd's, whose place no --listen names
    bool listens = true;                      ///< false: bound, and not to be reached until a generation starts with it
    bool borrowed = false;                    ///< from a generation of a Baton that was killed
    std::shared_ptr<void> care;               ///< what looks after it; gone before the socket is closed
};

using SharedListener = std::shared_ptr<Listener>;

/// Order and names as each generation gets them in LISTEN_FDS and LISTEN_FDNAMES. A copy holds the same sockets.
class ListenerSet {
public:
    /// What systemd passed (LISTEN_FDS and LISTEN_PID of our own environment, from descriptor 3 on), each checked to be
    /// a socket; empty if nothing was passed to us. Several may have one name.  [sd_listen_fds(3)]
    static ListenerSet fromEnvironment();

    /// Moves those out that belong to a program with these addresses: one is called like a listener of it, or
    /// PROGRAM.LISTENER, and is called LISTENER then.
    ListenerSet takeFor(const std::string& program, const std::vector<os::ListenAddress>& addresses);

    /// Behind the others.
    void add(SharedListener listener) { listeners_.push_back(std::move(listener)); }

    /// Puts a socket in that was found open already, behind the others.
    void addBorrowed(const os::ListenAddress& address, os::UniqueFd socket);

    /// Opens every address whose name is not there yet, all its sockets or none; then all stand in the order of
    /// `addresses`, those of systemd before them.  @throws std::system_error, std::invalid_argument.
    void openMissing(const std::vector<os::ListenAddress>& addresses);

    /// Binds, and does not listen yet: for the next generation.  @throws std::system_error, std::invalid_argument.
    static std::vector<SharedListener> bound(const os::ListenAddress& address);

    /// From here on no generation gets it. Those that have it keep it.
    void remove(const std::string& name);
    /// These take the place of all.
    void become(std::vector<SharedListener> listeners) { listeners_ = std::move(listeners); }

    /// Puts `fresh` into the place of `old`, for the next generation.
    void replace(const SharedListener& old, SharedListener fresh);

    /// Those of systemd stay before the others, which get the order of `addresses`.
    void arrange(const std::vector<os::ListenAddress>& addresses);

    bool has(const std::string& name) const { return count(name) != 0; }
    std::size_t count(const std::string& name) const;
    bool empty() const { return listeners_.empty(); }
    const std::vector<SharedListener>& all() const { return listeners_; }

    std::vector<int> descriptors() const;
    std::string names() const;    ///< joined by colons
    std::string describe() const; ///< "web=127.0.0.1:8000, admin=unix:/run/x"; of a group its number of sockets too

private:
    std::vector<SharedListener> listeners_;
};

} // namespace baton::supervise
