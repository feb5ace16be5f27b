// `baton diff` and `baton patch`: makes patches, and applies them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <iosfwd>

namespace baton::assemble {

/// OLD NEW PATCH, or --against DIR NEW OUTDIR. A directory stands for its canonical tar; with --tree an archive does,
/// too.
int diffCommand(const Resolved& resolved, std::ostream& out);

/// OLD PATCH NEW
int patchCommand(const Resolved& resolved, std::ostream& out);

} // namespace baton::assemble
