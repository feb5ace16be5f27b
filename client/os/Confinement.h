// What a process gives up for good before it looks at what strangers have written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::os {

/// What is left to a process that reads files and makes files, and has nobody to talk to.
struct Confinement {
    std::vector<std::filesystem::path> readable; ///< what is at and below these may be read
    std::vector<std::filesystem::path> writable; ///< below these it may be made, written, renamed and removed, too
    std::int64_t fileBytes = 0;                  ///< no file becomes longer: writing more is EFBIG
    std::int64_t memoryBytes = 0;                ///< of its own; files that are mapped to be read do not count
};

/// Takes effect at once, for this thread and whatever it might start, and cannot be undone: no network, no other
/// program, no other files than those, no right that root has beyond other users, no core. Descriptors that are open
/// stay. To be called before the first thread is started.
/// @returns a sentence for each layer that could not be had here; all others hold.
std::vector<std::string> confine(const Confinement& confinement);

/// Whether this build watches itself by a sanitizer, which needs what some of the layers would forbid.
bool isInstrumented();

} // namespace baton::os
