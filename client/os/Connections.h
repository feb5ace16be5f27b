// The connections that another process holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace baton::os {

/// How many clients that process is connected with, as /proc shows it now: TCP connections, and those to a unix path.
/// 0 too of one that may not be looked at.
std::size_t connectionsOf(pid_t pid);

} // namespace baton::os
