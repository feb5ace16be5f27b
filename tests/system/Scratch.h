// A directory of a test's own, and the releases that it makes there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace baton::system {

namespace fs = std::filesystem;

/// Removed with all that is in it. Its path is short: unix sockets lie below it.
class Scratch {
public:
    Scratch();
    ~Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    fs::path operator/(const fs::path& name) const { return path_ / name; }
    const fs::path& path() const { return path_; }

    /// A release of that executable: a copy with other bytes behind its end, so each version has a digest of its own.
    fs::path copyOf(const fs::path& executable, const std::string& version) const;

    /// A release that does what its lines say, one after the other (Actor.cpp has the words).
    fs::path actor(const std::string& version, std::string_view lines) const;

    /// Writes the file, and its directory if that is missing.
    fs::path write(const fs::path& name, std::string_view text) const;

    /// Packs what is below the directory as tar.zst.  @throws std::runtime_error if tar cannot
    fs::path pack(const fs::path& directory, const std::string& name) const;

private:
    fs::path path_;
};

/// The whole file; empty if it is not there.
std::string readFile(const fs::path& file);

} // namespace baton::system
