#include "client/supervise/Notification.h"

#include "client/core/Text.h"

#include <array>
#include <cstdint>
#include <limits>

namespace baton::supervise {
namespace {

constexpr std::int64_t LongestTime = 24LL * 3600 * 1'000'000; // microseconds
constexpr std::int64_t HighestErrno = 4095;                   // MAX_ERRNO of the kernel

std::optional<std::int64_t> numberUpTo(std::string_view value, std::int64_t highest)
{
    const auto number = parseNumber(value);
    return number && *number <= highest ? number : std::nullopt;
}

std::optional<Duration> timeFrom(std::string_view value)
{
    const auto microseconds = numberUpTo(value, LongestTime);
    return microseconds ? std::optional(Duration((*microseconds + 999) / 1000)) : std::nullopt;
}

void takeWatchdog(Notification& to, std::string_view value)
{
    if (value == "1") to.watchdog = WatchdogWord::Alive;
    if (value == "trigger") to.watchdog = WatchdogWord::Trigger;
}

void takeError(Notification& to, std::string_view value)
{
    const auto number = numberUpTo(value, HighestErrno);
    if (number && *number > 0) to.error = static_cast<int>(*number);
}

void takeMainPid(Notification& to, std::string_view value)
{
    const auto number = numberUpTo(value, std::numeric_limits<pid_t>::max());
    if (number && *number > 1) to.mainPid = static_cast<pid_t>(*number);
}

struct Field {
    std::string_view name;
    void (*take)(Notification& to, std::string_view value);
};

constexpr std::array Fields{
    Field{"READY", [](Notification& to, std::string_view value) { to.ready = value == "1"; }},
    Field{"RELOADING", [](Notification& to, std::string_view value) { to.reloading = value == "1"; }},
    Field{"STOPPING", [](Notification& to, std::string_view value) { to.stopping = value == "1"; }},
    Field{"BARRIER", [](Notification& to, std::string_view value) { to.barrier = value == "1"; }},
    Field{"STATUS", [](Notification& to, std::string_view value) { to.status = escaped(value); }},
    Field{"EXTEND_TIMEOUT_USEC", [](Notification& to, std::string_view value) { to.extend = timeFrom(value); }},
    Field{"WATCHDOG", takeWatchdog},
    Field{"WATCHDOG_USEC", [](Notification& to, std::string_view value) { to.watchdogInterval = timeFrom(value); }},
    Field{"ERRNO", takeError},
    Field{"MAINPID", takeMainPid},
    Field{"FDSTORE", [](Notification& to, std::string_view value) { to.stores = value == "1"; }},
    Field{"FDSTOREREMOVE", [](Notification& to, std::string_view value) { to.removes = value == "1"; }},
    Field{"FDPOLL", [](Notification& to, std::string_view value) { to.polls = value != "0"; }},
    Field{"FDNAME",
          [](Notification& to, std::string_view value) { to.descriptorName = isDescriptorName(value) ? value : ""; }},
};

} // namespace

std::optional<Notification> parseNotification(std::string_view datagram)
{
    if (datagram.size() > LongestNotification || datagram.find('\0') != datagram.npos || !isUtf8(datagram))
        return std::nullopt;
    Notification notification;
    for (const auto line : split(datagram, '\n')) {
        const auto equals = line.find('=');
        if (equals == line.npos) continue;
        for (const auto& field : Fields)
            if (field.name == line.substr(0, equals)) field.take(notification, line.substr(equals + 1));
    }
    return notification;
}

} // namespace baton::supervise
