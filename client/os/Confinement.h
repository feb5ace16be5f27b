// What a process gives up for good before it looks at what strangers have written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/os/Account.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::os {

/// What a process still has to do.
enum class Work {
    Files,   ///< it reads files and makes files, in one thread, and has nobody to talk to
    Network, ///< it asks others by the network, in several threads, and keeps files
    Answers  ///< it reads files, in one thread, and answers who connects to a socket that it has
};

struct Confinement {
    std::vector<std::filesystem::path> readable; ///< what is at and below these may be read
    std::vector<std::filesystem::path> writable; ///< below these it may be made, written, renamed and removed, too
    std::int64_t fileBytes = 0;   ///< no file becomes longer: writing more is EFBIG; 0: as long as there is room
    std::int64_t memoryBytes = 0; ///< of its own; files that are mapped to be read do not count
    Work work = Work::Files;
    std::optional<Account> account{}; ///< who it becomes; only root can
};

/// Takes effect at once, for this thread and whatever it might start, and cannot be undone: no other program or
/// process, no other files than those, no right that root has beyond other users, no core; for Work::Files no network,
/// for Work::Network nobody who could connect, for Work::Answers nobody to connect to. Descriptors that are open stay.
/// To be called before the first thread is started.
/// @returns a sentence for each layer that could not be had here; all others hold.
/// @throws std::system_error if it cannot become the account
std::vector<std::string> confine(const Confinement& confinement);

/// Whether this build watches itself by a sanitizer, which needs what some of the layers would forbid.
bool isInstrumented();

} // namespace baton::os
