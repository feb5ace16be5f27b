// Where chance enters a schedule.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

namespace baton::schedule {

/// Uniform in [0, limit], both ends included.
struct Random {
    virtual ~Random() = default;

    virtual Duration upTo(Duration limit) = 0;
};

/// Each process draws other numbers: a fleet that was started at once does not ask at once.
class SystemRandom : public Random {
public:
    Duration upTo(Duration limit) override;
};

} // namespace baton::schedule
