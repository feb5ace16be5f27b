// A time of the week in a time zone, as an operator writes it: "Mon-Fri 02:00-05:00 Europe/Berlin".
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"

#include <array>
#include <chrono>
#include <string>
#include <string_view>

namespace baton::schedule {

/// From `begin` to `end` of a day; where `end` is not after `begin` it is the next day's.
struct Window {
    std::array<bool, 7> days{}; ///< on which it begins: Monday first
    std::chrono::minutes begin{0};
    std::chrono::minutes end{0};
    std::string zone; ///< of the time zone database; empty: the system's

    /// How long it is on a day without a change of the clock.
    std::chrono::minutes length() const;

    friend bool operator==(const Window&, const Window&) = default;
};

/// [DAYS] BEGIN-END [ZONE], parted by single blanks. DAYS: days and ranges of days, parted by commas: Mon,Wed-Fri; all
/// when none is named. BEGIN and END: HH:MM, up to 24:00 as an end. The failure is the end of a sentence: "has …".
/// Whether there is such a zone is asked by Openings.
Result<Window> parseWindow(std::string_view text);

/// As parseWindow() reads it: "Mon-Wed,Sat 22:00-04:00 Europe/Berlin".
std::string print(const Window& window);

} // namespace baton::schedule
