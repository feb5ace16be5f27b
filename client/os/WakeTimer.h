// Wakes a poll(2) after a while that suspend does not stretch, and when somebody sets the clock.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/UniqueFd.h"

namespace baton::os {

/// Two timerfds to poll for reading. poll(2)'s own time-out stands still in suspend, and knows nothing of civil time.
class WakeTimer {
public:
    /// @throws std::system_error
    WakeTimer();

    /// Readable once so much time has gone by, suspend included.  [timerfd_create(2), CLOCK_BOOTTIME]
    int alarm() const { return alarm_.get(); }

    /// Readable when the civil clock was set.  [timerfd_settime(2), TFD_TIMER_CANCEL_ON_SET]
    int step() const { return step_.get(); }

    /// Anew, whatever was armed or has gone off before.
    void arm(Duration wait);

private:
    UniqueFd alarm_;
    UniqueFd step_;
};

} // namespace baton::os
