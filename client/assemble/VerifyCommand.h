// `baton verify`: whether a release is what its publisher signed, rule by rule, without a network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/core/Clock.h"

#include <iosfwd>

namespace baton::assemble {

/// PACKAGE…; exits 0 if a machine that trusts --public-key would take it, else 65.
int verifyCommand(const Resolved& resolved, WallTime now, std::ostream& out);

} // namespace baton::assemble
