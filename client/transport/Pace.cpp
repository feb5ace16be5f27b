#include "client/transport/Pace.h"

#include "client/core/Duration.h"

#include <string>

namespace baton::transport {
namespace {

auto fromNow(Duration time) { return std::chrono::steady_clock::now() + time; }

} // namespace

// A window of the shortest kind still asks for something.
Pace::Pace(Watchdog& watchdog, const Limits& limits, Method method)
    : watchdog_(watchdog),
      limits_(limits),
      least_(method == Method::Get ? (limits.minSpeed * limits.window.count() + 999) / 1000 : 0)
{
    beginWindow();
}

void Pace::beginWindow()
{
    if (least_ == 0) return;
    watchdog_.expectBy(Patience::Speed, fromNow(limits_.window),
                       "too slow: less than " + std::to_string(least_) + " bytes came within " +
                           printDuration(limits_.window) + " (--min-speed)");
}

void Pace::waits()
{
    watchdog_.expectBy(Patience::Idle, fromNow(limits_.idle), "nothing came for " + printDuration(limits_.idle));
}

void Pace::came(std::size_t bytes)
{
    watchdog_.relax(Patience::Idle);
    sum_ += static_cast<std::int64_t>(bytes);
    if (sum_ < least_) return;
    sum_ = 0;
    beginWindow();
}

} // namespace baton::transport
