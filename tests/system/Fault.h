// A row of the fault table, as a test: a service under load, something that goes wrong, and what its user wants to see.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Failure.h"
#include "tests/system/Relay.h"

#include <optional>
#include <string>
#include <vector>

namespace baton::system {

/// 64 new connections a second, and 64 kept ones that ask twice a second each.
inline const std::vector<std::string> FaultLoad{"--new", "64", "--kept", "128", "--connections", "64"};
inline constexpr int NewASecond = 64;

struct Fault : Relay {
    /// Starts the service and its clients. What serves is 1.0.0.
    ::testing::AssertionResult underLoad(const RunOptions& options);

    /// The same with hello-server, which keeps connections alive and stands by.
    ::testing::AssertionResult helloUnderLoad(std::vector<std::string> options = {},
                                              const std::string& probation = "300ms");

    /// "Old serves": the process that served has never stopped accepting, at most so many requests are lost and none
    /// was refused, the release is blocked with this in its reason, the event is told, the history has its line.
    void oldServes(const std::string& reason, Way way, std::uint64_t lost = 0);

    /// Ends the clients: at most so many of their requests are lost, and not one connection was refused.
    void lost(std::uint64_t most);

    /// A candidate that is taken back, with these words about it.
    ::testing::AssertionResult takesBack(const std::string& lines, const std::string& says = "1.1.0 taken back");

    int pid() const { return status().release ? status().release->pid : 0; }

    std::optional<Clients> clients;
    int before = 0; ///< the process that served when the clients came
};

} // namespace baton::system
