// The agent as a process: the only one of Baton's that talks to the network.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Settings.h"
#include "client/core/Log.h"
#include "client/source/Source.h"

#include <string>
#include <vector>

namespace baton::agent {

/// Works until the supervisor closes its end of `channelFd`, a SOCK_SEQPACKET socket, or another process must see what
/// this one may not any more. First of all it gives up what it does not need, see Confined.h: the files that options
/// name it reaches through the settings alone. Returns the process's exit code: 0, or 74 (EX_IOERR) when the state
/// directory cannot be used.
int run(const Settings& settings, Log& log, int channelFd);

/// What one more app was told.
struct AskedApp {
    std::string name; ///< as of Settings
    std::string id;
    Result<source::Answer> answer;
};

struct Asked {
    Result<source::Answer> answer; ///< a failure: nobody answered, or not in our words
    std::vector<AskedApp> others;  ///< as in the settings; none where nobody answered
    std::string notGivenBack{};    ///< why the server did not take back what it granted; empty: it did
};

/// Where the id lies by which servers tell machines apart.
std::filesystem::path machineFileIn(const std::filesystem::path& stateDirectory);

/// One check, without downloads. `running` is the version that is told; empty: the store's, or the fallback. What the
/// server grants is given back (3/0, code 36), so that it does not count this machine as updating.
Asked checkOnce(const Settings& settings, const std::string& running = {});

} // namespace baton::agent
