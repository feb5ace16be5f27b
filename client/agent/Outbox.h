// What the server is still to be told, kept on disk until it was.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/store/Attempt.h"
#include "client/store/History.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace baton::agent {

/// How far the server has been told of an attempt.
enum class Milestone { Granted, Started, Downloaded, Installed, Ended };

struct Told {
    store::ReleaseKey key;
    std::string sessionId;
    Milestone milestone = Milestone::Granted;

    friend bool operator==(const Told&, const Told&) = default;
};

/// The file downloads/outbox.json. Events, cursor and milestone change in one durable step, so that each event is
/// queued exactly once, whenever the agent dies.
struct Outbox {
    std::int64_t cursor = 0;            ///< lines of history.jsonl whose events were queued
    std::optional<Told> told;           ///< of the last attempt
    std::vector<source::Event> waiting; ///< in order
    std::int64_t lost = 0;              ///< outcomes that nobody will be told of, since last all was told

    friend bool operator==(const Outbox&, const Outbox&) = default;
};

/// A server that is away for months is not sent a novel. Outcomes (3/0, 3/1, 3/2) that all differ may be more.
inline constexpr std::size_t MostWaiting = 64;
inline constexpr std::size_t MostOutcomes = 256;
inline constexpr int MostTimes = 1'000'000; ///< no outcome is counted further

/// Behind what waits. Of more than MostWaiting an outcome that happened again later is told with that one, once, and
/// counted there (Event::times); then the oldest that is no outcome is dropped. Of more than MostOutcomes the oldest is
/// dropped, too, and counted as lost.
void queue(Outbox& outbox, source::Event event);

/// The first that waits was taken. Once all are, what was lost is history.
void delivered(Outbox& outbox);

/// Queues the events of every milestone up to `milestone` that were not queued yet: 13/1, 14/1, 800/1.
void reach(Outbox& outbox, const store::Attempt& attempt, Milestone milestone);

/// Queues what a line of the history means: 3/2 with previousversion, or 3/0 with its code. The first release of all,
/// which no server offered, means nothing. `newSession` makes a session for what belongs to no attempt.
void takeLine(Outbox& outbox, const store::HistoryLine& line, const store::Attempt* attempt,
              const std::function<std::string()>& newSession);

/// Whether the attempt is over and its events are queued.
bool isEnded(const Outbox& outbox, const store::Attempt& attempt);

} // namespace baton::agent
