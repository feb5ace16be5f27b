// What became of each update: the file history.jsonl, a line an update.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace baton::store {

/// committed; rolledBack: it had been started; refused: verification or try-out said no, or it was blocked;
/// failed: network or disk, to be tried again.
enum class Outcome { Committed, RolledBack, Refused, Failed };

std::string_view name(Outcome outcome);

/// One line of history.jsonl; only the supervisor writes there.
struct HistoryLine {
    std::string time; ///< RFC 3339, UTC
    std::string from; ///< version that ran before; empty for the first release
    ReleaseKey key;   ///< the release that was to come
    Outcome outcome = Outcome::Committed;
    int code = 0; ///< the Omaha errorcode that goes with it; 0 when committed
    std::string reason;
    int extra = 0; ///< the extracode1 that goes with the code, a baton::Way; 0: the code says it all

    friend bool operator==(const HistoryLine&, const HistoryLine&) = default;
};

/// One line of JSON without its newline.
std::string print(const HistoryLine& line);

/// Nothing if the line is not whole or not ours.
std::optional<HistoryLine> parseHistoryLine(const std::string& text);

/// The first line of a history whose oldest lines were let go, and how many these were in all.
std::string printLetGo(std::int64_t lines);
std::optional<std::int64_t> parseLetGo(const std::string& text);

} // namespace baton::store
