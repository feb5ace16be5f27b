// What the stager is told: what kind of release is expected, and how large one may become.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/verify/Memory.h"
#include "client/verify/PublicKey.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::stage {

/// What one release may take. A payload that asks for more is refused before it has it.
struct Limits {
    std::int64_t bytes = std::int64_t{16} << 30U; ///< unpacked, headers and padding too
    std::int64_t ratio = 200;                     ///< unpacked to packed, once `ratioFreeBytes` have come out
    std::int64_t ratioFreeBytes = std::int64_t{64} << 20U;
    std::int64_t entries = 100'000;                   ///< files, directories and links
    std::int64_t nameBytes = std::int64_t{16} << 20U; ///< all paths together: they are kept in memory
};

/// Tree: the command names {release}, so a payload is an archive, or one file that is kept under its package's name.
/// Program: a payload is one executable file, which takes PROGRAM's place.
enum class Expected { Tree, Program };

/// What the owner of this machine said about signed releases; nothing of it comes from the agent or the network.
struct Signing {
    std::vector<verify::PublicKey> keys; ///< none, though signatures are required here: nothing is taken
    std::string appId;
    std::string track;
    std::vector<std::pair<std::string, std::string>> others; ///< name and id of each further app
    WallTime now{};
    verify::IsNewer isNewer;
};

struct Settings {
    Expected expected = Expected::Program;
    std::string program; ///< Program: the name of the file; a plain name, see programName()
    Limits limits{};
    std::optional<Signing> signing{}; ///< nothing: digests alone
};

/// The name under which a release keeps its one executable: PROGRAM's own if that is a plain name, else "program".
std::string programName(const std::filesystem::path& program);

} // namespace baton::stage
