// `baton sign`: the statement of a release, or a list of keys, signed here or elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/core/Clock.h"

#include <iosfwd>

namespace baton::assemble {

/// PACKAGE…: states and signs a release. One file that is an envelope: adds a signature to it. None, with
/// --keys-version: a list of the keys that --public-key names.
int signCommand(const Resolved& resolved, WallTime now, std::ostream& out);

} // namespace baton::assemble
