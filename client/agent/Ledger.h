// The agent's own memory: the attempt under way and what the server is still to be told, both on disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/agent/Outbox.h"
#include "client/core/Clock.h"
#include "client/core/Log.h"
#include "client/fetch/Fetcher.h"
#include "client/store/Store.h"

#include <optional>
#include <string>
#include <vector>

namespace baton::agent {

/// Every member that changes something has written it durably when it returns. Throws what Store throws.
class Ledger {
public:
    Ledger(const store::Store& store, const Clock& clock, Log& log);

    const std::optional<store::Attempt>& attempt() const { return attempt_; }
    const Outbox& outbox() const { return outbox_; }
    const store::State& state() const { return state_; }

    /// Reads what the supervisor wrote, queues the events that follow, and forgets the attempt that they end.
    void reconcile();

    /// Begins an attempt: on disk before the server hears of it.
    void begin(const store::Attempt& attempt);
    void note(std::size_t package, const fetch::Trace& trace); ///< of that package's part
    void hurry();                                              ///< no window holds the attempt up any more
    void reached(store::AttemptStage stage, Milestone milestone);

    /// After the attempt was given up: ends it by the newest line of the history if that tells of the same failure. An
    /// attempt that fails as the one before it did gets no line of its own.
    void endByNewestLine();

    /// Whether the history says of the attempt that its delta cannot be used. That ends no attempt.
    bool deltaFailed() const { return deltaFailed_; }

    /// The full packages are to be fetched; the digests of the deltas that were not.
    std::vector<std::string> dropDeltas();

    void queue(const source::Event& event);
    void delivered(); ///< the first event that waits was answered

private:
    void load();
    void endLostAttempt();
    bool isOfDelta(const store::HistoryLine& line) const;
    void takeHistory();
    void takeState();
    void forget();
    void save();

    const store::Store& store_;
    const Clock& clock_;
    Log& log_;
    std::optional<store::Attempt> attempt_;
    Outbox outbox_;
    std::int64_t lost_ = 0; ///< as the log said it last
    store::State state_;
    bool deltaFailed_ = false;
};

} // namespace baton::agent
