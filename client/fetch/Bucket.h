// A limit to bytes a second, over all downloads together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <cstdint>
#include <mutex>

namespace baton::fetch {

/// A token bucket that may run into debt: what came has come, and is paid for by waiting. Idle time is credited up to
/// `Burst`. A pure value: it is told the time.
class Bucket {
public:
    static constexpr Duration Burst{250};
    static constexpr Duration LongestWait = std::chrono::hours(24); ///< no debt is larger

    explicit Bucket(std::int64_t bytesPerSecond) : bytesPerSecond_(bytesPerSecond) {}

    /// Books bytes that came; how long to wait before any more are taken.
    Duration take(std::int64_t bytes, Instant now);

private:
    using Fine = std::chrono::microseconds; // A small block costs less than a millisecond.

    std::int64_t bytesPerSecond_;
    Fine paid_{0}; ///< the moment up to which everything booked is paid for
};

/// One bucket that many threads share.
class Throttle {
public:
    /// `bytesPerSecond` 0: no limit. The clock must outlive it.
    Throttle(std::int64_t bytesPerSecond, const Clock& clock);

    Duration take(std::int64_t bytes);

private:
    const Clock& clock_;
    const bool limited_;
    std::mutex mutex_;
    Bucket bucket_;
};

} // namespace baton::fetch
