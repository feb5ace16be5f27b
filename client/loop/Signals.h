// Signals as events of the loop: none interrupts anything.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"

#include <functional>
#include <vector>

namespace baton::loop {

/// Blocks `numbers` in the calling thread, which must be the only one, and calls back with each that comes.
/// SIGPIPE is blocked too: a write to a broken pipe is an error like any other.
class Signals {
public:
    Signals(EventLoop& loop, const std::vector<int>& numbers, std::function<void(int)> callback);

private:
    void read();

    std::function<void(int)> callback_;
    os::UniqueFd fd_;
    Registration watch_;
};

} // namespace baton::loop
