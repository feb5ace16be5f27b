// All that was asked of the server, for a test to look at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"
#include "server-mock/Fault.h"

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace baton::mock {

struct Asked {
    On on = On::Check;
    std::string method;
    std::string uri;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;                         ///< of a check, as it came
    std::optional<protocol::Request> request; ///< of a check that could be read
    std::string error;                        ///< why it could not
    int status = 0;                           ///< that was answered
};

/// A JSON array: `on`, `method`, `uri`, `headers`, `status`, and of a check `body` and `request` (canonical) or
/// `error`.
std::string toJson(const std::vector<Asked>& all);

/// Keeps the last 10,000. May be used by many threads.
class Journal {
public:
    void add(Asked asked);
    std::vector<Asked> all() const;

private:
    mutable std::mutex mutex_;
    std::deque<Asked> asked_;
};

} // namespace baton::mock
