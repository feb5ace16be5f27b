#include "client/os/WakeTimer.h"

#include "client/os/Errors.h"

#include <sys/timerfd.h>

#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace baton::os {
namespace {

constexpr int Flags = TFD_CLOEXEC | TFD_NONBLOCK;
constexpr std::time_t FarAway = 253'402'300'799; // the end of the year 9999

void drain(int timer)
{
    std::uint64_t count = 0;
    [[maybe_unused]] const auto length = ::read(timer, &count, sizeof count); // ECANCELED: the clock was set.
}

} // namespace

WakeTimer::WakeTimer()
    : alarm_(check(::timerfd_create(CLOCK_BOOTTIME, Flags), "make a timer")),
      step_(check(::timerfd_create(CLOCK_REALTIME, Flags), "make a timer"))
{
    arm(Duration(0));
}

void WakeTimer::arm(Duration wait)
{
    drain(alarm_.get());
    drain(step_.get());
    const auto shortest = std::max(wait, Duration(1)); // 0 would disarm it.
    itimerspec when{};
    when.it_value.tv_sec = shortest.count() / 1000;
    when.it_value.tv_nsec = static_cast<long>(shortest.count() % 1000) * 1'000'000;
    check(::timerfd_settime(alarm_.get(), 0, &when, nullptr), "set a timer");
    when.it_value = {FarAway, 0};
    check(::timerfd_settime(step_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, nullptr), "set a timer");
}

} // namespace baton::os
