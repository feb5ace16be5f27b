// --on-signal: what a signal is to do, as it is written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/supervise/SignalPlan.h"

#include <string>
#include <vector>

namespace baton::assemble {

class Values;

/// "SIGHUP=reload", "TERM=QUIT", "USR2=update".
/// @throws std::invalid_argument saying why it is none.
supervise::SignalRule parseSignalRule(const std::string& text);

/// All that were said. `programs` have what stands in the sections, where there are several.
/// @throws UsageError when two are for one signal, or one needs an option that was said nowhere.
std::vector<supervise::SignalRule> signalRulesOf(const Values& values, const std::vector<const Values*>& programs = {});

} // namespace baton::assemble
