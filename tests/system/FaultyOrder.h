// What a test orders to fail, in a file that it and the preloaded FaultyCalls.cpp map.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace baton::system {

struct FaultyOrder {
    /// Of calls that have to do with a file whose path has that text in it. The rest of it is set before it is on.
    struct Path {
        std::array<char, 64> part;
        std::atomic<std::uint32_t> passed; ///< so many that would fail are let through yet
        std::atomic<std::uint32_t> isOn;
    };

    std::array<char, 24> call;
    std::atomic<std::int32_t> error;   ///< 0: nothing fails
    std::atomic<std::uint32_t> failed; ///< so many have
    std::array<Path, 2> paths;         ///< those that are on; none: whatever the path
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free && std::atomic<std::int32_t>::is_always_lock_free);

} // namespace baton::system
