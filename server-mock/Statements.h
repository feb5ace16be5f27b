// What lies beside the packages: signed statements, lists of keys, and anything else that a test puts there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Clock.h"
#include "client/verify/PrivateKey.h"
#include "server-mock/Catalogue.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace baton::mock {

/// The statement of a release that is valid from now on for 30 days, signed by all of these keys.
std::string signedStatement(const Release& release, const std::vector<verify::PrivateKey>& keys, WallTime now);

/// Files by app, version and name. May be used by many threads.
class Beside {
public:
    /// Takes the place of what was there.
    void put(const std::string& appid, const std::string& version, const std::string& name, std::string bytes);

    std::optional<std::string> find(const std::string& appid, const std::string& version,
                                    const std::string& name) const;

private:
    mutable std::mutex mutex_;
    std::map<std::tuple<std::string, std::string, std::string>, std::string> files_;
};

} // namespace baton::mock
