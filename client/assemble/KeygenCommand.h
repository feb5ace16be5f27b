// `baton keygen`: a pair of keys to sign releases with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <iosfwd>

namespace baton::assemble {

/// FILE: gets the private key, FILE.pub the public one. Never writes over anything.
int keygenCommand(const Resolved& resolved, std::ostream& out);

} // namespace baton::assemble
