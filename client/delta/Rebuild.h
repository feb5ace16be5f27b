// What all of bsdiff's kin do: the new file is old bytes with small differences, and bytes that are new.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/OldFile.h"

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace baton::delta {

/// Gets the new file's bytes in order, a block at a time.
using Sink = std::function<void(std::string_view)>;

/// Copy `add` bytes of the old file with their differences, then `insert` new ones, then go on `seek` further in the
/// old file.
struct Triple {
    std::int64_t add = 0;
    std::int64_t insert = 0;
    std::int64_t seek = 0;

    friend bool operator==(const Triple&, const Triple&) = default;
};

/// How a format keeps them. All throw BadPatch.
struct Recipe {
    virtual ~Recipe() = default;

    virtual Triple next() = 0;
    virtual void addDifferences(std::span<char> block) = 0; ///< to the old bytes that are in it
    virtual void insert(std::span<char> block) = 0;
    virtual void demandEnd() = 0;
};

/// Makes the `newBytes` of the new file. Each number of the recipe is judged before anything is done with it.
/// @throws BadPatch, and what `sink` throws
void rebuild(Recipe& recipe, const OldFile& old, std::int64_t newBytes, const Sink& sink);

} // namespace baton::delta
