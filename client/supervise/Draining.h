// How many generations may drain at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace baton::supervise {

/// Which of those that drain are ended now, so that at most `most` go on: the oldest. `killed`: for each, the oldest
/// first, whether it was killed already; those are as good as gone and keep nobody's place.
inline std::vector<std::size_t> tooMany(const std::vector<bool>& killed, std::size_t most)
{
    std::vector<std::size_t> alive;
    for (std::size_t i = 0; i < killed.size(); ++i)
        if (!killed[i]) alive.push_back(i);
    alive.resize(alive.size() > most ? alive.size() - most : 0);
    return alive;
}

} // namespace baton::supervise
