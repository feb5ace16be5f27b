// Signals as events of the loop: none interrupts anything.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/SignalSet.h"
#include "client/os/UniqueFd.h"

#include <functional>
#include <vector>

namespace baton::loop {

/// One that came, and who sent it.
struct Arrived {
    os::Signal signal;
    bool fromKernel = false; ///< the keyboard of a terminal, a terminal that closed, a child: no process sent it
    bool fromUs = false;     ///< this process, or the kernel in its name: a file of ours that grew beyond its limit
};

/// Blocks `numbers` in the calling thread, which must be the only one, and calls back with each that comes.
/// SIGPIPE is blocked too: a write to a broken pipe is an error like any other. So is SIGTTOU: who writes to a terminal
/// from the background is not stopped for it. SIGCHLD is never ignored, whatever whoever started us did.
class Signals {
public:
    Signals(EventLoop& loop, const std::vector<int>& numbers, std::function<void(const Arrived&)> callback);

private:
    void read();

    std::function<void(const Arrived&)> callback_;
    os::UniqueFd fd_;
    Registration watch_;
};

} // namespace baton::loop
