// What must be right with a snapshot before anything is taken over from it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/Snapshot.h"

namespace baton::supervise {

/// Everything in it that is text of another kind can be read: releases, addresses, the ledger.
/// @throws std::runtime_error, std::invalid_argument saying what cannot.
void checkParts(const Snapshot& snapshot);

/// Every descriptor that it names is open, and each pidfd is of its process.
/// @throws std::runtime_error
void checkDescriptors(const Snapshot& snapshot);

} // namespace baton::supervise
