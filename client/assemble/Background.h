// --daemon: `baton run` in the background, for init scripts that expect that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/Values.h"
#include "client/os/UniqueFd.h"

#include <string>

namespace baton::assemble {

/// @throws UsageError where whoever started us keeps hold of this very process, and would lose it.
void checkBackground(const Values& values);

/// Forks twice, and returns in the last process, in a session of its own and with stderr as it was. What it returns is
/// where the first one, which does not return, waits for a report (client/os/StartReport.h): it ends with the code that
/// is told, 0 as soon as the first release serves. To be called before there is any thread.
os::UniqueFd goIntoBackground();

/// The standard streams from now on: /dev/null, and for what is written `logFile` if one is named, at whose end it is
/// added.  @throws UsageError if that cannot be opened
void leaveStandardStreams(const std::string& logFile);

} // namespace baton::assemble
