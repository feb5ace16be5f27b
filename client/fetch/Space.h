// Whether the disks have room for what is to come, told before the first byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/os/Files.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::fetch {

/// Bytes that somebody will write into a directory that exists.
struct Need {
    std::filesystem::path directory;
    std::int64_t bytes = 0;
    std::string what; ///< "to fetch"
};

/// What stays free on a disk for everybody else, and for the words that say it is full: a hundredth, at most 64 MiB.
std::uintmax_t reserveOf(const os::Disk& disk);

/// A sentence with what is needed, where, for what, and what is free; empty if there is room. All needs are on `disk`.
std::string shortage(const std::vector<Need>& needs, const os::Disk& disk);

/// Sums up the needs by disk. A failure has code::WriteFailed.  @throws std::system_error
Result<Done> demandSpace(const std::vector<Need>& needs);

} // namespace baton::fetch
