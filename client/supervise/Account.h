// What a generation has told of itself, and how its end reads because of that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/Process.h"
#include "client/supervise/Notification.h"
#include "client/supervise/Snapshot.h"

#include <cstdint>
#include <optional>
#include <string>

namespace baton::supervise {

class Account {
public:
    Account() = default;
    explicit Account(const AccountState& state);

    AccountState save() const { return {status_, notified_, cause_, error_}; }

    void heard(const Notification& notification);

    /// It is to be ended for that. `interval`: of the watchdog it missed; nothing: it said itself that it is not well.
    void failedWatchdog(std::optional<Duration> interval);

    /// It ended by itself and processes of it live on, none of which it has named.
    void leftProcesses();

    /// Memory ran out, and the kernel took it. `beside`: another release ran beside it, or was to.
    void killedForMemory(bool beside);

    const std::string& status() const { return status_; } ///< STATUS=, escaped
    /// Of "draining N": connections that are left. What is said behind the number is for people.
    std::optional<std::int64_t> connections() const;
    const std::string& notified() const { return notified_; } ///< "ready", "reloading", "stopping"; empty: nothing yet

    /// "ended with exit code 3", with what led to it before that: "missed its watchdog of 2s and ended with …".
    std::string describeEnd(const os::ExitStatus& status) const;

private:
    std::string status_;
    std::string notified_;
    std::string cause_; // of an end that we brought about
    std::optional<int> error_;
};

} // namespace baton::supervise
