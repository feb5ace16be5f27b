// Looks at this host and at what lies on its disks, and changes nothing.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/doctor/Facts.h"
#include "client/doctor/Rehearsal.h"
#include "client/store/Store.h"

#include <vector>

namespace baton::doctor {

/// To be called before the first thread is started.
MachineFacts lookAtMachine(const std::vector<Role>& roles);

StoreFacts lookAtStore(const store::Store& store);

} // namespace baton::doctor
