// `baton doctor`: what on this host would stop Baton from working, or makes it weaker, and what to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/core/Clock.h"

#include <iosfwd>

namespace baton::assemble {

/// Looks at the host, and at the installations that the options name; changes nothing, and asks nobody but a Baton that
/// runs here. To be called before the first thread is started.
/// @returns 0 where all is fine or no more than weak, 69 where something is broken
int doctorCommand(const Resolved& resolved, WallTime now, std::ostream& out);

} // namespace baton::assemble
