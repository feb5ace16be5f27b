// What baton-mock-server was told to do.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/HostPort.h"
#include "server-mock/Answer.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace baton::mock {

struct Publication {
    enum class As { Release, FurtherPackage };

    std::string appid;
    std::string version;
    std::filesystem::path file;
    As as = As::Release;

    friend bool operator==(const Publication&, const Publication&) = default;
};

struct CommandLine {
    HostPort listen{"127.0.0.1", 8080};
    std::vector<Publication> publications;
    Sha256In sha256In = Sha256In::PackageAndAction;
    Manners manners = Manners::Strict;
    Offers offers = Offers::Newer;
    std::vector<std::pair<std::string, std::filesystem::path>> cupKeys; ///< id and file
    std::vector<std::filesystem::path> signKeys;
    std::optional<delta::Algorithm> deltas;
    bool quiet = false;
    bool help = false;
};

extern const std::string_view Usage;

/// @throws std::invalid_argument with a sentence for whoever typed it
CommandLine parseCommandLine(const std::vector<std::string_view>& arguments);

} // namespace baton::mock
