// A package as its statement names it: by the last part of its path, its size and its digest.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/Statement.h"

#include <string>

namespace baton::assemble {

/// Reads it whole.  @throws UsageError (66) when it cannot be read
verify::SignedPackage packageOf(const std::string& file);

} // namespace baton::assemble
