// How long clients had to wait in the queue because nobody accepted: a hand-off by restart, a start again from disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/supervise/Snapshot.h"

#include <optional>

namespace baton::supervise {

/// Told at each change who accepts now; pure. One that was told to leave does not count any more, though it may take a
/// last connection.
class AcceptGap {
public:
    /// How long it was, once it is over. Before anybody has accepted there is none.
    std::optional<Duration> update(bool accepts, Instant now)
    {
        if (!accepts) {
            if (accepted_ && !since_) since_ = now;
            return std::nullopt;
        }
        accepted_ = true;
        if (!since_) return std::nullopt;
        last_ = now - *since_;
        since_.reset();
        return last_;
    }

    AcceptGapState save() const { return {accepted_, since_, last_}; }
    void restore(const AcceptGapState& state)
    {
        accepted_ = state.accepted;
        since_ = state.since;
        last_ = state.last;
    }

    /// The last that is over.
    std::optional<Duration> last() const { return last_; }

private:
    bool accepted_ = false;
    std::optional<Instant> since_;
    std::optional<Duration> last_;
};

} // namespace baton::supervise
