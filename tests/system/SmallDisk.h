// A disk of a test's own, a few MiB large, to be filled to the last byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace baton::system {

/// Why this process cannot mount a disk; empty if it can. The first call gives the process mounts of its own (and,
/// where it is not root, users of its own), so it must come before any thread is started.
const std::string& whyNoDisk();

/// A base of a fixture that stands before all that starts threads.
struct OwnMounts {
    std::string why = whyNoDisk();
};

/// A tmpfs at `place`; everything in it goes with it.
class SmallDisk {
public:
    static constexpr std::uintmax_t Size = 4U * 1024 * 1024;

    /// @throws std::system_error
    explicit SmallDisk(std::filesystem::path place, std::uintmax_t size = Size);
    ~SmallDisk();
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    /// Leaves so many bytes free, rounded down to whole pages.
    void fill(std::uintmax_t leave = 0) const;
    void clear() const;

    /// Nothing on it can be executed any more; what runs goes on.
    void forbidExecution() const;

private:
    std::filesystem::path place_;
};

} // namespace baton::system
