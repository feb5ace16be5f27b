#include "client/fetch/Bucket.h"

#include <algorithm>

namespace baton::fetch {
namespace {

constexpr std::int64_t MicrosecondsInASecond = 1'000'000;

constexpr std::int64_t secondsIn(Duration duration)
{
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

} // namespace

Duration Bucket::take(std::int64_t bytes, Instant now)
{
    const Fine time = now.time_since_epoch();
    // In two parts: the product might not fit.
    const std::chrono::seconds seconds(std::min(bytes / bytesPerSecond_, secondsIn(LongestWait)));
    const Fine rest((bytes % bytesPerSecond_) * MicrosecondsInASecond / bytesPerSecond_);
    paid_ = std::min(std::max(paid_, time - Burst) + seconds + rest, time + LongestWait);
    return std::max(std::chrono::duration_cast<Duration>(paid_ - time), Duration(0));
}

Throttle::Throttle(std::int64_t bytesPerSecond, const Clock& clock)
    : clock_(clock),
      limited_(bytesPerSecond > 0),
      bucket_(std::max<std::int64_t>(bytesPerSecond, 1))
{
}

Duration Throttle::take(std::int64_t bytes)
{
    if (!limited_) return Duration(0);
    const std::lock_guard lock(mutex_);
    return bucket_.take(bytes, clock_.now());
}

} // namespace baton::fetch
