// What the load client is asked to do, as its command line writes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Result.h"
#include "client/os/ListenAddress.h"

#include <string>
#include <string_view>
#include <vector>

namespace baton::load {

struct Options {
    os::ListenAddress target; ///< tcp or unix; its name is "target"
    std::string path = "/";
    int newPerSecond = 0;     ///< requests each on a connection of its own
    int keptPerSecond = 0;    ///< requests spread over the kept connections
    int keptConnections = 0;  ///< opened at the start
    Duration duration{0};     ///< 0: until a signal comes
    Duration timeout{10'000}; ///< of one request, from when it was due
    Duration slow{1'000}; ///< an answer that took longer, from when it was due, is counted as slow: too late, not lost
    Duration waitFor{0};  ///< how long to wait at the start for somebody who listens
    bool repeatUnread = false; ///< ask again when a reused connection was closed before any byte of an answer
    bool tls = false;          ///< over TLS; whoever answers is believed
    bool timeline = false;     ///< say at once when a version answers for the first time
    bool json = false;
    std::string each; ///< a file for a line on each request; none if empty
};

/// `arguments` without argv[0].
Result<Options> parseOptions(const std::vector<std::string_view>& arguments);

extern const std::string_view Usage;

} // namespace baton::load
