// When windows are open: civil time in its zone, over midnight and over the days on which the clocks change.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/schedule/Window.h"

#include <optional>
#include <string>
#include <vector>

namespace baton::schedule {

/// Open from `from` until just before `to`.
struct Opening {
    WallTime from;
    WallTime to;

    friend bool operator==(const Opening&, const Opening&) = default;
};

/// Several windows. None at all: always open. A time that a day has twice means the first; one that a day has not
/// means the moment when the clock leaps over it, and a window that would lie wholly in the hour that is missing is
/// open after it for as long as it is long. So each day's window opens once: never twice, never not at all.
class Openings {
public:
    Openings() = default;

    /// `zone` is that of the windows that name none.
    /// @throws std::runtime_error naming a time zone that the system does not know.
    Openings(std::vector<Window> windows, const std::string& zone);

    /// The one that holds `time`, or else the next; nothing where there are no windows.
    std::optional<Opening> at(WallTime time) const;

    bool isOpen(WallTime time) const;

private:
    std::vector<Window> windows_; // each with the name of its zone
};

/// The zone of this machine: `variable` (the text of TZ, or null) if it names one, else the system's, else UTC.
std::string systemZone(const char* variable);

} // namespace baton::schedule
