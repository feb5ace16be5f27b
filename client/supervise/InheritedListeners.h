// Sockets that systemd passed, and which program each is for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/supervise/ListenerSet.h"
#include "client/supervise/Settings.h"

namespace baton::supervise {

class InheritedListeners {
public:
    /// Those of LISTEN_FDS.  @throws CannotStart where several programs name one of them
    InheritedListeners(const SupervisorSettings& settings, Log& log);

    /// All for the only program; of several, those that have the name of a listener of this one.
    ListenerSet takeFor(const Settings& program);

    /// Closes what no program has taken, and says so.
    void closeRest();

private:
    Log& log_;
    ListenerSet listeners_;
};

} // namespace baton::supervise
