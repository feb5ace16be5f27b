// What the mock server's tests ask with: plain HTTP, and bytes that are none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Messages.h"
#include "server-mock/MockServer.h"

#include <map>
#include <optional>
#include <string>

namespace baton::mock {

using Headers = std::map<std::string, std::string>;

struct Reply {
    int status = 0;
    Headers headers;
    std::string body; ///< as much of it as came
};

/// One request on a connection of its own.  @throws Poco::Exception when no answer came
Reply ask(const MockServer& server, const std::string& method, const std::string& path, const std::string& body = {},
          const Headers& headers = {});

/// Sends these bytes, and nothing more; all that came back until the server closed.
std::string sendRaw(const MockServer& server, const std::string& bytes);

/// A check by machine "m" that runs `version`.
protocol::AppRequest checkOf(const std::string& appid, const std::string& version);

/// Events alone, by machine "m".
protocol::AppRequest tellingOf(const std::string& appid, std::vector<protocol::Event> events);

/// Posts the app to /v1/update/.
Reply post(const MockServer& server, const protocol::AppRequest& app);

/// The same, decoded; demands HTTP 200.
protocol::AppResponse answerTo(const MockServer& server, const protocol::AppRequest& app);

/// The path of the first package of an offer.
std::string packagePath(const MockServer& server, const protocol::AppResponse& offered);

} // namespace baton::mock
