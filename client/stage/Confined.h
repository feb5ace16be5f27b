// The stager as a process: it gives up what it does not need before it looks at what strangers have written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/Stager.h"

#include <string>
#include <vector>

namespace baton::stage {

/// From now on the process reads the state directory and writes below releases/, no file longer than a whole release
/// may be, and does nothing else. @returns a sentence for each layer that could not be had here; see os::confine()
std::vector<std::string> confineTo(const store::Store& store, const Limits& limits);

/// run() in a process that has nothing else to do any more. Says what could not be given up here, and goes on.
store::Verdict runConfined(const store::Store& store, const Settings& settings, Log& log);

} // namespace baton::stage
