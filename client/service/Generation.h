// What a program of the user's has of Baton while it runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/ListenAddress.h"
#include "client/program/Inherited.h"
#include "client/program/RunningRelease.h"
#include "client/service/Drainable.h"
#include "client/service/Orders.h"

#include <Poco/Net/ServerSocket.h>

#include <functional>
#include <string>
#include <vector>

namespace baton {

/// One process that runs one release. The main thread's own; only ready() and status() may be called from others.
class Generation {
public:
    struct Parts {
        RunningRelease release;
        Inherited inherited;
        std::vector<os::ListenAddress> addresses; ///< opened by this process where nothing was inherited by that name
        std::optional<Channel> channel;
        Duration drainTime{30'000};
        std::function<void()> reload; ///< SIGHUP
    };

    explicit Generation(Parts parts);

    /// Version, SHA-256 and number of what runs: go-upgrade's State.ID. Run by itself, without Baton: the version is
    /// that of --app-version, and the number 0.
    const RunningRelease& release() const { return parts_.release; }

    /// The listening socket of that name: inherited, and then shared with the generations before and after; else opened
    /// at the address that --listen gives. Each can be had once.
    /// @throws Poco::Util::MissingOptionException if nobody named it, std::system_error
    Poco::Net::ServerSocket listener(const std::string& name);

    /// Says that requests are answered from now on. Say it once, when that is true: the release before leaves then.
    void ready() const;

    /// A line for whoever looks at the service ("STATUS=").
    void status(const std::string& line) const;

    /// Serves until told to end: then drains, and returns once nothing is left or the drain time is over. When Baton
    /// asks for it, it drains and stands by, or takes up serving again. Return from serve() after it.
    void run(Drainable& served);

    /// The same for a program that cannot take up serving again: waits until told to end, calls `drain` with the time
    /// that it has to finish what it holds, and returns when that returns.
    void run(const std::function<void(Duration within)>& drain);

private:
    enum class State;
    enum class Effect;
    struct Rule;
    static const Rule Rules[];

    void perform(Effect effect, Drainable& served);
    void report(const Drainable& served);
    Duration drainTime() const;

    Parts parts_;
    service::Orders orders_;
    Instant deadline_;
    std::optional<std::size_t> reported_;
};

} // namespace baton
