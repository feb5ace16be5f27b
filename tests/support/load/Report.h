// What the load client counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/load/Options.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace baton::load {

using Micros = std::chrono::microseconds;
using Moment = std::chrono::steady_clock::time_point;

enum class Mode { New, Kept };

/// Why a request has no good answer. The two kinds of silence: Unread, the kernel threw the request away, so asking
/// again is safe; Taken, it was acknowledged, and asking again is a risk.
enum class Trouble { Refused, Unread, Taken, Reset, Cut, Timeout, BadStatus, Malformed };
inline constexpr std::array TroubleNames{"refused", "unread",  "taken",     "reset",
                                         "cut",     "timeout", "badStatus", "malformed"};

struct Counts {
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
    std::uint64_t slow = 0;     ///< of those that were answered: later than --slow allows; none of them failed
    std::uint64_t repeated = 0; ///< asked again, as --repeat-unread allows; each once in `sent`
    std::array<std::uint64_t, TroubleNames.size()> failures{};
    std::vector<std::uint32_t> latencies; ///< microseconds, from when the request was due to its answer's last byte

    std::uint64_t failed() const;
    Micros latency(double quantile) const; ///< 0 if nothing was answered
};

struct VersionCount {
    std::uint64_t answered = 0;
    Micros first{0}; ///< since the start
    Micros last{0};
};

/// Filled by one thread.
struct Report {
    std::array<Counts, 2> counts;                 ///< by Mode
    std::map<std::string, VersionCount> versions; ///< by the body's first word
    std::uint64_t opened = 0;                     ///< kept connections, the first ones and those after a close
    Micros longestGap{0};                         ///< between two answers, whatever their mode
    Micros lasted{0};

    Counts& of(Mode mode) { return counts[static_cast<std::size_t>(mode)]; }
    const Counts& of(Mode mode) const { return counts[static_cast<std::size_t>(mode)]; }
    std::uint64_t sent() const;
    std::uint64_t answered() const;
    std::uint64_t failed() const;
    std::uint64_t slow() const;
};

std::string printText(const Report& report);
std::string printJson(const Report& report);

} // namespace baton::load
