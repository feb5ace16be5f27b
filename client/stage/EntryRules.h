// What may stand in a release: judged entry by entry, before anything is written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/stage/Entry.h"
#include "client/stage/Settings.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace baton::stage {

/// Where an admitted entry goes.
struct Placement {
    std::string path;                        ///< relative, joined by single slashes; empty for the top directory itself
    std::vector<std::string> missingParents; ///< directories above it that no entry made, outermost first
    bool standsAlready = false; ///< a directory that was made as a missing parent, or by an earlier package
};

/// Remembers what was admitted, since names must be unique and nothing may lie beneath a file or a link.
class EntryRules {
public:
    explicit EntryRules(const Limits& limits) : limits_(limits) {}

    /// @throws Refusal with a sentence that names the entry and what is wrong with it.
    Placement admit(const Entry& entry);

    bool hasFiles() const { return hasFiles_; } ///< since the package began

    /// What is admitted from here on belongs to another package of the same release: it may name the directories that
    /// stand already, and nothing else that does.
    void nextPackage();

private:
    enum class Known { Implied, Directory, Leaf };

    void admitSize(const Entry& entry);
    std::vector<std::string> admitParents(const Entry& entry, std::string_view path);
    void remember(const std::string& path, Known known);

    Limits limits_;
    std::unordered_map<std::string, Known> known_;
    std::int64_t fileBytes_ = 0;
    std::int64_t nameBytes_ = 0;
    bool hasFiles_ = false;
};

} // namespace baton::stage
