// All that a loss of power can leave of what was recorded, and what must be true of each of these disks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/store/RecordedDisk.h"
#include "tests/store/Reenactment.h"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace baton::testing {

/// A way to lose what was not synced: how much is kept of each pending step.
struct Loss {
    std::string name;
    std::function<RecordedDisk::Kept(std::size_t step)> keep;
};

std::vector<Loss> lossesAt(const RecordedDisk& disk, std::size_t count);

using Promised = std::set<std::string>;

/// Asks about each disk that any loss of power in what was recorded can leave; ends at the first that fails.
/// @returns how many crash points these were
std::size_t explore(const RecordedDisk& disk,
                    const std::function<void(const std::filesystem::path& root, const Promised& promised)>& judge);

void expectRuns(const Reenactment& baton, const Payload& payload);

/// The update from one to the other: it was done or not, neither is lost, and the next cycle ends well.
void expectUpdated(const std::filesystem::path& root, const Promised& promised, const Payload& from, const Payload& to);

/// The way back from `to`: it was done or not, and what was taken back stays so.
void expectTakenBack(const std::filesystem::path& root, const Promised& promised, const Payload& from,
                     const Payload& to);

} // namespace baton::testing
