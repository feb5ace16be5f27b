// Judges what the doctor has seen: a table of checks, each a small function from facts to findings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/doctor/Facts.h"
#include "client/doctor/Finding.h"

namespace baton::doctor {

/// In the order in which they are told.
Findings examine(const MachineFacts& machine);
Findings examine(const ConfigFacts& config);
Findings examine(const InstallationFacts& installation);

} // namespace baton::doctor
