// The sockets that whoever started this program opened for it, as systemd and Baton pass them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton {

/// One socket from LISTEN_FDS, or whatever else was stored by an earlier generation, such as a memfd. A listening one
/// is shared with other generations and is non-blocking for all of them: accept(2) may say EAGAIN though poll(2) said
/// readable. Leave it with close(2), never with shutdown(2), which would end it for all.
struct InheritedSocket {
    std::string name; ///< of LISTEN_FDNAMES; "unknown" if it has none
    os::UniqueFd socket;
};

/// The sockets in the order in which they came. [sd_listen_fds(3)]
class Inherited {
public:
    /// Takes them over: close-on-exec from now on, and LISTEN_FDS, LISTEN_PID and LISTEN_FDNAMES unset, so that no
    /// child believes them. Call it once, before any thread. Without the variables, or if they are meant for another
    /// process, there are none. LISTEN_PID is not asked where Baton named the generation, since there a shell may
    /// stand between.
    /// @throws std::runtime_error if the variables promise what is not there.
    static Inherited fromEnvironment();

    bool empty() const { return sockets_.empty(); }
    const std::vector<InheritedSocket>& all() const { return sockets_; }

    /// The first socket of that name, which is the caller's from now on; then, of a group, the next; none if there is
    /// none left.
    os::UniqueFd take(std::string_view name);

    /// One that this program opened itself, as if it had been passed.
    void add(InheritedSocket socket) { sockets_.push_back(std::move(socket)); }

private:
    std::vector<InheritedSocket> sockets_;
};

} // namespace baton
