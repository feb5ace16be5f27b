// Makes the listeners what a configuration says. All is decided before anything changes, and a socket that is open at
// its place already is taken rather than bound twice. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/ListenAddress.h"
#include "client/supervise/ListenerGuard.h"
#include "client/supervise/ListenerSet.h"

#include <string>
#include <vector>

namespace baton::supervise {

/// What became of a reload; a sentence each.
struct ReloadReport {
    std::string error; ///< the file could not be taken at all, and nothing was changed
    std::vector<std::string> changed;
    std::vector<std::string> refused;
};

/// Makes `listeners` what `wanted` says: for the next generation, but backlog and ownership at once. Those of systemd
/// stay. A group keeps its number of sockets; what cannot be had is refused, with it whatever was to leave its place to
/// that, and the rest goes on.
/// @param held all that are open: those of `listeners`, and those that a living generation alone has
ReloadReport applyListeners(const std::vector<os::ListenAddress>& wanted, ListenerSet& listeners,
                            const std::vector<SharedListener>& held, ListenerGuard& guard);

/// What `listeners` are now, of which `wanted` was asked for: as it would have to be asked for to get the same.
std::vector<os::ListenAddress> acceptedOf(const std::vector<os::ListenAddress>& wanted, const ListenerSet& listeners);

} // namespace baton::supervise
