// What was decided for a group of programs, on disk before any of them acts on it: so both of two are updated, or
// neither. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/store/Release.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace baton::store {

enum class GroupStep {
    Begin, ///< the hand-offs of these releases are under way together
    Commit ///< all of them are committed, whatever the members' own stores say yet
};

struct GroupRecord {
    struct Member {
        std::string program;
        ReleaseKey key;

        friend bool operator==(const Member&, const Member&) = default;
    };

    GroupStep step = GroupStep::Begin;
    std::vector<Member> members;

    friend bool operator==(const GroupRecord&, const GroupRecord&) = default;
};

std::string print(const GroupRecord& record);

/// @throws std::runtime_error saying what is wrong with the text.
GroupRecord parseGroupRecord(const std::string& text);

/// One file a group; the supervisor alone writes it. Each throws std::system_error naming the path.
class GroupFile {
public:
    GroupFile(const std::filesystem::path& root, const std::string& group);

    void save(const GroupRecord& record) const;
    void forget() const;
    bool isThere() const;
    /// @throws std::runtime_error for a damaged one
    std::optional<GroupRecord> load() const;

private:
    std::filesystem::path path_;
};

} // namespace baton::store
