// Something that can stop taking work without dropping any, and take it up again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"

#include <cstddef>

namespace baton {

/// What a generation is told of a hand-off. Called by the main thread, one call at a time.
struct Drainable {
    virtual ~Drainable() = default;

    /// Takes no new work from now on, and finishes what it holds within this time. Does not wait.
    virtual void drain(Duration within) = 0;
    /// Takes work again: the release that was to follow has failed.
    virtual void resume() = 0;

    /// How much is left: connections, jobs.
    virtual std::size_t remaining() const = 0;
    /// Waits until nothing is left and nothing will come; whether that is so.
    virtual bool waitUntilDrained(Duration atMost) const = 0;
};

} // namespace baton
