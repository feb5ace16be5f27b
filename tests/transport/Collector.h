// Keeps what a download brings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/transport/PocoTransport.h"
#include "tests/support/ScriptedServer.h"

#include <string>

namespace baton::testing {

struct Collector : transport::Receiver {
    Result<std::int64_t> begin(const transport::HttpHead& given) override
    {
        ++begun;
        head = given;
        return most;
    }
    Result<Done> take(std::string_view more) override
    {
        bytes += more;
        return Done{};
    }
    std::int64_t most = 1024 * 1024;
    int begun = 0;
    transport::HttpHead head;
    std::string bytes;
};

/// Limits that a test can wait for.
inline transport::TransportSettings quick()
{
    transport::TransportSettings settings;
    settings.limits.firstByte = settings.limits.idle = settings.limits.window = Duration(300);
    settings.limits.request = Duration(2000);
    settings.limits.minSpeed = 3333;
    return settings;
}

inline ScriptedServer::Answer saying(std::string text)
{
    return [text = std::move(text)](const std::string&, const auto& say) { say(text); };
}

inline std::string answer(const std::string& body)
{
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

inline std::string redirect(int status, const std::string& location)
{
    return "HTTP/1.1 " + std::to_string(status) + " Elsewhere\r\nLocation: " + location +
           "\r\nContent-Length: 4\r\n\r\ngone";
}

inline transport::Url at(const ScriptedServer& server, const std::string& path = "/")
{
    return transport::parseUrl(server.url(path)).value();
}

} // namespace baton::testing
