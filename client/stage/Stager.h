// The stager's whole work: from a finished download to a release that is whole, or to the reason why not.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/stage/Settings.h"
#include "client/store/Store.h"
#include "client/store/Verdict.h"

namespace baton::stage {

/// Looks into downloads/attempt.json and believes nothing of it but what the bytes prove. Staged: the release lies in
/// Store::stagingDirectory(), synced, or in Store::releaseDirectory() already; after any other verdict there is no
/// staging directory. Run again at any time, also after it was killed at any moment. Opens no connection, starts
/// nothing, throws nothing.
store::Verdict run(const store::Store& store, const Settings& settings, Log& log);

} // namespace baton::stage
