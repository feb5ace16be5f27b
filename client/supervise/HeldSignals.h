// Signals on their way to the program, kept in their order while there is nobody to take them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/SignalSet.h"

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <utility>
#include <vector>

namespace baton::supervise {

/// One to pass on, and how far.
struct Passed {
    os::Signal signal;
    bool toGroup = false; ///< to all of the program's process group, whatever --signal-to says: as the keyboard does

    friend bool operator==(const Passed&, const Passed&) = default;
};

/// As the kernel keeps them: of the ordinary ones each once, of the realtime ones each one that came.  [signal(7)]
class HeldSignals {
public:
    static constexpr std::size_t Most = 256;

    void add(const Passed& passed)
    {
        const auto same = [&](const Passed& other) { return other.signal.number == passed.signal.number; };
        const bool isOrdinary = passed.signal.number < SIGRTMIN;
        if (isOrdinary && std::any_of(held_.begin(), held_.end(), same)) return;
        if (held_.size() < Most) held_.push_back(passed);
    }

    const std::vector<Passed>& all() const { return held_; }
    std::vector<Passed> take() { return std::exchange(held_, {}); }

private:
    std::vector<Passed> held_;
};

} // namespace baton::supervise
