// The patches that a server has made, each when it is first asked for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/delta/Algorithm.h"
#include "server-mock/Catalogue.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace baton::mock {

struct OfferedDelta {
    std::string name;
    std::string from; ///< SHA-256 of the package that it starts from
    std::string algorithm;
    std::shared_ptr<const Payload> payload;
};

/// May be used by many threads; one patch is made at a time, and who asks waits for it.
class DeltaShelf {
public:
    /// `directory`: for the patches. Without an algorithm there are none.
    void open(std::filesystem::path directory, std::optional<delta::Algorithm> algorithm);

    /// From `from` to `to`, if that is smaller than `to`.
    std::optional<OfferedDelta> between(const Payload& from, const Payload& to);

    /// Nothing if none of that name was made.
    std::shared_ptr<const Payload> find(const std::string& name) const;

private:
    mutable std::mutex mutex_;
    std::filesystem::path directory_;
    std::optional<delta::Algorithm> algorithm_;
    std::map<std::string, std::shared_ptr<const Payload>> made_; ///< by name; null: it is no gain
};

} // namespace baton::mock
