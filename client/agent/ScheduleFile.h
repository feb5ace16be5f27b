// The file downloads/schedule.json: what the schedule keeps over a restart.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/schedule/Memory.h"
#include "client/store/Store.h"

namespace baton::agent {

/// What is damaged is forgotten, with a line in the log: the worst is one check too early.
schedule::Memory loadSchedule(const store::Store& store, Log& log);

/// A disk that refuses costs no more than that, either.
void saveSchedule(const store::Store& store, const schedule::Memory& memory, Log& log);

} // namespace baton::agent
