// `baton check`: one check now, without a supervisor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"

#include <iosfwd>

namespace baton::assemble {

/// 0 whether there is something new or not; 75 when nobody answered, 69 when the server refused. With further apps the
/// first code that is not 0.
int checkCommand(const Resolved& resolved, std::ostream& out);

} // namespace baton::assemble
