// What each machine told about its updates, and where Nebraska would see it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace baton::mock {

/// May be used by many threads.
class Instances {
public:
    /// Keeps the app's events and follows them: only the pairs that Nebraska knows, and only while an update is
    /// granted.
    void tell(const protocol::AppRequest& app);

    void grant(const protocol::AppRequest& app);

    /// From the download's start until the update is complete or has failed: then Nebraska answers each check with
    /// error-updateInProgressOnInstance.
    bool isUpdating(const protocol::AppRequest& app) const;

    /// All events of a machine, in the order in which they came.
    std::vector<protocol::Event> events(const std::string& machineid) const;

private:
    enum class State { Idle, Granted, Updating };
    using Key = std::pair<std::string, std::string>; // machine, app

    static Key keyOf(const protocol::AppRequest& app);

    mutable std::mutex mutex_;
    std::map<Key, State> states_;
    std::map<std::string, std::vector<protocol::Event>> events_;
};

} // namespace baton::mock
