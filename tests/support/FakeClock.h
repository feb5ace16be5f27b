// A clock that stands still until a test moves it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

namespace baton {

struct FakeClock : Clock {
    Instant instant{Duration(1'000'000)};
    WallTime civil{Duration(1'700'000'000'000)};

    Instant now() const override { return instant; }
    WallTime wall() const override { return civil; }

    void advance(Duration by)
    {
        instant += by;
        civil += by;
    }
};

} // namespace baton
