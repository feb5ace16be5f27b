// What a running generation is told, by signals and by Baton's channel.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/os/UniqueFd.h"
#include "client/program/Channel.h"

#include <optional>

namespace baton::service {

enum class Told {
    Nothing, ///< the time is up
    Drain,   ///< channel: stop accepting, stay
    Resume,  ///< channel
    Stop,    ///< SIGTERM, or the channel: drain and end
    Quit,    ///< SIGINT, SIGQUIT: the same, and at once when said again
    Reload   ///< SIGHUP
};

/// Blocks the signals that next() reads. In main(), before any thread, so that each thread inherits the mask.
void blockOrderSignals();

/// From now on SIGINT and SIGQUIT end this process as they end any other.
void letQuitSignalsKill();

class Orders {
public:
    /// @throws std::system_error
    explicit Orders(std::optional<Channel> channel);

    /// Waits for the next one, at most so long; nothing: as long as it takes.
    Told next(std::optional<Duration> atMost);

    /// Tells Baton, if there is a channel.
    void sayStandsBy() noexcept;
    void sayDraining(std::size_t remaining) noexcept;
    void sayResumed() noexcept;

private:
    Told readSignal();

    std::optional<Channel> channel_;
    os::UniqueFd signals_;
};

} // namespace baton::service
