// What the supervisor has decided, on disk before it is acted on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/core/Failure.h"
#include "client/core/Log.h"
#include "client/store/Store.h"

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace baton::supervise {

/// The state in memory and its copy in state.json, changed together. One writer: whoever holds the store's lock.
class Ledger {
public:
    using Change = std::function<void(store::State&)>;

    /// Reads the state, and ends what a crash left half done: the history line that was decided and not yet appended.
    /// @throws std::runtime_error for a damaged state, std::system_error.
    Ledger(const store::Store& store, const Clock& clock, Log& log);

    /// Goes on with what an earlier supervisor knew, be it on disk or not.
    Ledger(const store::Store& store, const Clock& clock, Log& log, store::State state);

    const store::State& state() const { return state_; }

    /// How many updates ended so since this supervisor began, by the number of their Outcome.
    using Outcomes = std::array<std::int64_t, 4>;
    const Outcomes& outcomes() const { return outcomes_; }

    /// How long all its writing to the disk has taken so far, in microseconds.
    std::int64_t written() const { return written_; }

    /// Changes both, durably, or neither: false, and a line that says why and what was not done.
    bool record(const std::string& step, const Change& change);

    /// For what has happened already: changes the memory even if the disk refuses, which the next change makes up for.
    void note(const std::string& step, const Change& change);

    /// Whether the disk has all of it. What it refused before is written now.
    bool catchUp();

    /// Puts the end of an update into `state`, whose current release is what it came from, to be appended to
    /// history.jsonl after it is saved.
    void setOutcome(store::State& state, const store::ReleaseKey& key, store::Outcome outcome, int code,
                    const std::string& reason, Way way = Way::Unsaid) const;

private:
    void save(const store::State& state);
    void appendOutcome();

    const store::Store& store_;
    const Clock& clock_;
    Log& log_;
    store::State state_;
    bool isBehind_ = false; // The disk is.
    std::int64_t written_ = 0;
    Outcomes outcomes_{};
};

} // namespace baton::supervise
