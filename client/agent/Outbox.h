// What the server is still to be told, kept on disk until it was.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/source/Source.h"
#include "client/store/Attempt.h"
#include "client/store/History.h"

#include <cstdint>
#include <filesystem>
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

    friend bool operator==(const Outbox&, const Outbox&) = default;
};

/// Behind what waits. Of more than 64 events the oldest that is no outcome (type 3) is dropped.
void queue(Outbox& outbox, source::Event event);

/// Queues the events of every milestone up to `milestone` that were not queued yet: 13/1, 14/1, 800/1.
void reach(Outbox& outbox, const store::Attempt& attempt, Milestone milestone);

/// Queues what a line of the history means: 3/2 with previousversion, or 3/0 with its code. The first release of all,
/// which no server offered, means nothing. `newSession` makes a session for what belongs to no attempt.
void takeLine(Outbox& outbox, const store::HistoryLine& line, const store::Attempt* attempt,
              const std::function<std::string()>& newSession);

/// Whether the attempt is over and its events are queued.
bool isEnded(const Outbox& outbox, const store::Attempt& attempt);

std::string print(const Outbox& outbox);

/// @throws std::exception saying what is wrong with the text.
Outbox parseOutbox(const std::string& text);

} // namespace baton::agent
