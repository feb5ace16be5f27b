// `baton reload`, the half that reads: what the configuration file says now, held against what this Baton was started
// with. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/CommandLine.h"
#include "client/assemble/Handed.h"

#include <string>
#include <vector>

namespace baton::assemble {

struct Reread {
    std::vector<std::string> listen;  ///< the listeners from now on, in their order
    std::vector<std::string> refused; ///< a sentence for each other option that has changed
};

/// What came from the command line and the environment is stronger than the file, and stays as it was.
/// @throws UsageError: there is no file, or it is wrong; nothing is to be changed then.
Reread rereadConfig(const Handed& handed, const ConfigReader& readConfig);

/// For the supervisor, a line each: "listen NAME=ADDR", "refused SENTENCE", or "error SENTENCE" alone; then "end".
std::string print(const Reread& reread);

/// The role: prints that.  @returns the exit code
int reloadRole();

} // namespace baton::assemble
