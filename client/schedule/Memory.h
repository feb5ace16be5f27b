// What the schedule keeps over a restart, so that neither a crash nor a reboot makes a failing server's clients storm.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <optional>
#include <string>

namespace baton::schedule {

/// Why the next check comes when it does.
enum class Why {
    Start,        ///< the first one after a start
    Sleep,        ///< the machine slept over its time
    Interval,     ///< the ordinary course
    PollInterval, ///< the ordinary course, as the server wants it
    Failure,      ///< a retry after failures
    StayAway,     ///< the server asked to stay away
    Window        ///< no check may come before the window opens
};

struct Memory {
    int failures = 0;                  ///< checks or downloads in a row
    std::optional<WallTime> lastCheck; ///< when this was written
    std::optional<WallTime> notBefore; ///< no scheduled check before
    Why why = Why::Interval;           ///< of notBefore

    friend bool operator==(const Memory&, const Memory&) = default;
};

/// One small JSON object.
std::string print(const Memory& memory);

/// @throws std::runtime_error saying what is wrong with the text.
Memory parseMemory(const std::string& text);

/// How much of `notBefore` is still to be waited for: never more than was meant when it was written, however the
/// clock was set since, nor than `longest`.
Duration leftOf(const Memory& memory, WallTime now, Duration longest);

} // namespace baton::schedule
