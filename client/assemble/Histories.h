// The histories of updates, as a Baton tells them or as they lie on disk.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/assemble/AskBaton.h"
#include "client/store/History.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::assemble {

struct ToldHistory {
    std::string program; ///< empty: the only one, or the one that was named
    std::vector<store::HistoryLine> lines{};
    int damaged = 0;        ///< lines that cannot be read
    std::int64_t letGo = 0; ///< older lines that there were

    /// Counted from the first that ever was: it grows with each line, also when old ones go.
    std::int64_t end() const { return letGo + static_cast<std::int64_t>(lines.size()); }
};

/// As that Baton tells it.  @throws UsageError (69) when none answers, or it cannot tell
ToldHistory askHistory(const Baton& baton);

/// Of each of its programs, or of the one that is named.  @throws as askHistory()
std::vector<ToldHistory> askHistories(const Baton& baton);

/// The programs that have their state in a state directory, in their names' order; none: it is a single one's.
std::vector<std::string> programsIn(const std::filesystem::path& directory);

/// What lies in a state directory, for when no Baton answers: of each program, or of the one that is named. Nothing
/// where no Baton ever had its state. Changes nothing there.
/// @throws UsageError (66) when it cannot be read
std::vector<ToldHistory> readHistories(const std::filesystem::path& directory, const std::string& program);

} // namespace baton::assemble
