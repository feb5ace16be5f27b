// Whether a download is what its publisher signed: asked before a byte of it is unpacked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/stage/Settings.h"
#include "client/store/Store.h"

#include <string>
#include <vector>

namespace baton::stage {

/// Reads downloads/papers.json, believes nothing of it but what signatures prove, and writes what was learnt for the
/// supervisor. `attempt` is the agent's word: what it says is held against the statement and against `signing`.
/// Returns the ids of the keys that have signed the program's own statement.
/// @throws Refusal with the sentence of the rule that is broken
std::vector<std::string> demandSigned(const store::Store& store, const store::Attempt& attempt, const Signing& signing,
                                      Log& log);

} // namespace baton::stage
