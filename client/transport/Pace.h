// Keeps the watchdog's patience with a body: slow is not dead, but slower than that is.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/Redirect.h"
#include "client/transport/TransportSettings.h"
#include "client/transport/Watchdog.h"

#include <cstdint>

namespace baton::transport {

class Pace {
public:
    Pace(Watchdog& watchdog, const Limits& limits, Method method);

    /// From here on we wait for the server.
    void waits();

    /// So many bytes came, and now it is we who take our time.
    void came(std::size_t bytes);

private:
    void beginWindow();

    Watchdog& watchdog_;
    const Limits& limits_;
    std::int64_t least_; ///< bytes in a window; 0: any
    std::int64_t sum_ = 0;
};

} // namespace baton::transport
