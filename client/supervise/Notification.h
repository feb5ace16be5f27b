// What a generation may say on its NOTIFY_SOCKET: one datagram as a value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace baton::supervise {

/// What a program says of its watchdog.
enum class WatchdogWord {
    None,
    Alive,  ///< WATCHDOG=1
    Trigger ///< WATCHDOG=trigger: it found out by itself that it is not well
};

/// What we act on.  [sd_notify(3)]
struct Notification {
    bool ready = false;
    bool reloading = false;
    bool stopping = false;
    bool barrier = false;                       ///< BARRIER: the descriptor that came along is to be closed
    std::optional<std::string> status;          ///< STATUS, escaped; empty: it takes back what it said
    std::optional<Duration> extend;             ///< EXTEND_TIMEOUT_USEC
    std::optional<int> error;                   ///< ERRNO, 1 to 4095
    std::optional<pid_t> mainPid;               ///< MAINPID, above 1
    WatchdogWord watchdog = WatchdogWord::None; ///< WATCHDOG
    std::optional<Duration> watchdogInterval;   ///< WATCHDOG_USEC; 0: from now on none
    bool stores = false;                        ///< FDSTORE
    bool removes = false;                       ///< FDSTOREREMOVE
    bool polls = true;                          ///< not FDPOLL=0: what is hung up leaves the store by itself
    std::string descriptorName;                 ///< FDNAME; empty: not said, or no name

    friend bool operator==(const Notification&, const Notification&) = default;
};

inline constexpr std::size_t LongestNotification = 4096;

/// Lines NAME=VALUE; unknown ones, and values that make no sense, are passed over, and of two that say the same thing
/// the later holds. Nothing if it is over 4 KiB, has a NUL, or is no UTF-8.
std::optional<Notification> parseNotification(std::string_view datagram);

} // namespace baton::supervise
