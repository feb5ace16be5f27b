// What strace wrote of processes that changed a directory, as steps that can be replayed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/store/RecordedDisk.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace baton::testing {

/// A system call that was done. [strace(1)]
struct TracedCall {
    std::string name;
    std::vector<std::string> words; ///< as strace prints them: "…", 7<…>, O_RDWR|O_CLOEXEC, {…}
    std::int64_t result = 0;
};

/// The calls that did not fail, in the order in which they were done. The trace is of `strace -f -y -xx -o`.
std::vector<TracedCall> parseTrace(std::string_view text);

/// strace's options for what stepsOf() understands.
const std::vector<std::string>& traceOptions();

/// What these calls did below `top`, on which `before` lay.
/// `promises`: who writes such a text anywhere else says that from there on something holds, which is named.
/// @throws std::runtime_error at a call that changes the directory and is not understood
std::vector<Step> stepsOf(const std::vector<TracedCall>& calls, const std::filesystem::path& top, const Disk& before,
                          const std::map<std::string, std::string>& promises);

} // namespace baton::testing
