// Where one generation says how it is: a socket of its own, so that the socket proves who speaks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"
#include "client/supervise/Notification.h"

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::supervise {

/// Believes only root and our own user (by SCM_CREDENTIALS) and, of their processes, only those that `isOurs` knows;
/// hands descriptors on with FDSTORE=1 alone and closes all others; at most 64 datagrams a wake-up.
class NotifySocket {
public:
    using Descriptors = std::vector<os::UniqueFd>;
    using Callback = std::function<void(const Notification&, Descriptors)>;
    using Judge = std::function<bool(pid_t)>;

    NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback);
    /// The one that an earlier supervisor opened at that path, with what waits in it.
    NotifySocket(loop::EventLoop& loop, Log& log, std::filesystem::path path, Judge isOurs, Callback callback,
                 os::UniqueFd socket);
    ~NotifySocket();
    NotifySocket(const NotifySocket&) = delete;
    NotifySocket& operator=(const NotifySocket&) = delete;

    const std::filesystem::path& path() const { return path_; }

    int descriptor() const { return socket_.get(); }

    /// What lies there now; by itself this happens in each wake-up. For the last words of one that has ended.
    void read();

private:
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
