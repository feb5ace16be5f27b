// The checks of one program's installation, each by itself; Checks.cpp has them in their order.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/doctor/Facts.h"
#include "client/doctor/Finding.h"

namespace baton::doctor {

Findings directory(const InstallationFacts& installation);
Findings space(const InstallationFacts& installation);
Findings execution(const InstallationFacts& installation);
Findings state(const InstallationFacts& installation);
Findings signatures(const InstallationFacts& installation);
Findings statement(const InstallationFacts& installation);
Findings blocked(const InstallationFacts& installation);
Findings running(const InstallationFacts& installation);

} // namespace baton::doctor
