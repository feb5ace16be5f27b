// The patches of a release as `baton diff --json` tells of them, for its statement.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/Statement.h"

#include <string>
#include <vector>

namespace baton::assemble {

/// `lines`: a patch each, read from `file`. A statement does not say what a delta makes, because it can only be the
/// first package: `makes` is that one's SHA-256.
/// @throws UsageError for what is no such line, and for a patch that makes something else
std::vector<verify::SignedDelta> listedDeltas(const std::string& file, const std::string& lines,
                                              const std::string& makes);

} // namespace baton::assemble
