// Which release this process runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace baton {

/// What Baton says of the release in BATON_RELEASE, BATON_RELEASE_DIR, BATON_RELEASE_SHA256 and BATON_GENERATION.
struct RunningRelease {
    std::string version;             ///< empty if Baton did not start this process
    std::string sha256;              ///< 64 lower-case hex digits, or empty
    std::filesystem::path directory; ///< absolute, or empty
    std::int64_t generation = 0; ///< from 1, grows with every start of a release; 0 if Baton did not start this process

    /// A variable that is not what Baton would write counts as not there.
    static RunningRelease fromEnvironment();

    friend bool operator==(const RunningRelease&, const RunningRelease&) = default;
};

} // namespace baton
