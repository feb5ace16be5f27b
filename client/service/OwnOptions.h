// Baton's options as a self-updating program takes them: those of `baton run`, with what is different here.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/OptionTable.h"
#include "client/assemble/Values.h"

#include <vector>

namespace baton::service {

/// For --help.
std::vector<assemble::Option> ownOptions();

/// Sets what nobody said to this program's defaults: it can answer a try-out with a token, since it links Baton.
void applyOwnDefaults(assemble::Values& values);

} // namespace baton::service
