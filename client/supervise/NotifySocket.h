// Where one generation says that it is ready: a socket of its own, so that the socket proves who speaks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace baton::supervise {

/// What a datagram may say that we act on.  [sd_notify(3)]
struct Notification {
    bool ready = false;
    bool stopping = false;
    std::optional<Duration> extend; ///< EXTEND_TIMEOUT_USEC
    std::string status;             ///< STATUS, escaped
};

/// Lines NAME=VALUE; unknown ones are passed over. Nothing if it is over 4 KiB, has a NUL, or is no UTF-8.
std::optional<Notification> parseNotification(std::string_view datagram);

/// Believes only root and our own user (by SCM_CREDENTIALS) and, of their processes, only those that `isOurs` knows;
/// closes every descriptor that comes uninvited; at most 64 datagrams a wake-up.
class NotifySocket {
public:
    using Callback = std::function<void(const Notification&)>;
    using Judge = std::function<bool(pid_t)>;

    NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback);
    ~NotifySocket();
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    void read();
    bool readOne();
    void refuse(const std::string& why);

    Log& log_;
    std::filesystem::path path_;
    Judge isOurs_;
    Callback callback_;
    os::UniqueFd socket_;
    loop::Registration watch_;
    const Clock& clock_;
    std::optional<Instant> lastRefusal_;
};

} // namespace baton::supervise
