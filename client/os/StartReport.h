// How a process in the background tells the one that waits for it how its start went.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/UniqueFd.h"

#include <string_view>

namespace baton::os {

/// Text for people first, any number of lines; then the exit code, once: what comes after that nobody reads. All of it
/// goes without waiting. Who reports blocks or ignores SIGPIPE.
void reportText(int fd, std::string_view text);
void reportCode(int fd, int code);

/// The other end: passes the text on to stderr as it comes.  @returns the exit code; -1 if there was none before the
/// end
int awaitReport(int fd);

} // namespace baton::os
