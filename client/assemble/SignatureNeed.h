// Whether a release must be signed: from the first key on, and until somebody says no in so many words.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"
#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/store/Store.h"

namespace baton::assemble {

/// @throws UsageError for --require-signature yes without a key, and no with one.
void checkSignatures(bool hasKeys, const Values& values);

/// Decides it by what is said now and what the store remembers, and has the store remember it, durably. Says loudly
/// what is not verified. Under the store's lock.
bool needsSignatures(const store::Store& store, bool hasKeys, const Values& values, WallTime now, Log& log);

} // namespace baton::assemble
