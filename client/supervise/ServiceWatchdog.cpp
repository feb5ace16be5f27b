#include "client/supervise/ServiceWatchdog.h"

#include "client/core/Text.h"
#include "client/os/Sockets.h"

#include <unistd.h>

#include <cstdlib>

namespace baton::supervise {

std::optional<Duration> watchdogPause(const char* microseconds, const char* pid)
{
    if (microseconds == nullptr) return std::nullopt;
    if (pid != nullptr && parseNumber(pid) != static_cast<std::int64_t>(::getpid())) return std::nullopt;
    const auto limit = parseNumber(microseconds);
    if (!limit || *limit < 2'000) return std::nullopt;
    return Duration(*limit / 2'000); // Half of it, and in milliseconds.
}

ServiceWatchdog::ServiceWatchdog(loop::EventLoop& loop) : loop_(loop)
{
    const char* socket = std::getenv("NOTIFY_SOCKET");
    const auto pause = watchdogPause(std::getenv("WATCHDOG_USEC"), std::getenv("WATCHDOG_PID"));
    if (socket == nullptr || !pause) return;
    socket_ = socket;
    pause_ = *pause;
    say();
}

void ServiceWatchdog::say()
{
    os::notify(socket_, "WATCHDOG=1");
    next_ = loop_.after(pause_, [this] { say(); });
}

} // namespace baton::supervise
