// A chance that a test holds in its hand.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/schedule/Random.h"

namespace baton::schedule {

/// Draws always the same part of what it may.
struct Share : Random {
    explicit Share(int percent) : percent_(percent) {}
    Duration upTo(Duration limit) override { return limit * percent_ / 100; }
    int percent_;
};

} // namespace baton::schedule
