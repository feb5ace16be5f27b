// How the options and the environment of `baton run` reach the one process that uses the network, and who sees its
// secrets. SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/support/ScriptedServer.h"
#include "tests/system/PassedOn.h"
#include "tests/system/Relay.h"

#include <array>

namespace baton::system {
namespace {

using baton::testing::ScriptedServer;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view Good = "ready\nserve\nexit 0";

struct Network : Relay {
    RunOptions actor(std::string address) const
    {
        RunOptions options{{scratch.actor("1.0.0", Good).string()}};
        options.server = std::move(address);
        return options;
    }

    std::string authorization() const
    {
        const auto file = scratch.write("authorization", "Bearer s3cret\n");
        fs::permissions(file, fs::perms::owner_read);
        return file.string();
    }
};

TEST_F(Network, AServerOnAUnixSocketIsShownCredentialsThatNobodyElseSees)
{
    const auto port = server->port();
    const ScriptedServer gate([port](const auto& request, const auto& say) { say(passedOn(request, port)); },
                              os::listenUnix(scratch / "updates.sock"));
    auto options = actor("unix:" + (scratch / "updates.sock").string() + ':');
    options.options = {"--authorization-file", authorization(), "--log-level", "debug"};
    ASSERT_TRUE(serves(options));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"}));
    EXPECT_EQ(stop(), 0);

    EXPECT_THAT(gate.requests(), Each(HasSubstr("Authorization: Bearer s3cret\r\n")));
    EXPECT_THAT(baton->said(), Not(HasSubstr("s3cret")));
}

TEST_F(Network, TheAgentKnowsTheProxyOfTheEnvironmentAndSaysWhyItRefuses)
{
    const ScriptedServer proxy(
        [](const auto&, const auto& say) { say("HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n"); });
    auto options = actor("http://updates.invalid");
    options.environment = {"http_proxy=http://me:s3cret@127.0.0.1:" + std::to_string(proxy.port())};
    start(options);

    EXPECT_TRUE(baton->says("does not take the user and password"));

    EXPECT_THAT(proxy.requests().at(0), HasSubstr("POST http://updates.invalid/v1/update/ HTTP/1.1\r\n"));
    EXPECT_THAT(proxy.requests().at(0), HasSubstr("Proxy-Authorization: Basic bWU6czNjcmV0\r\n"));
    EXPECT_THAT(baton->said(), Not(HasSubstr("s3cret")));
}

TEST_F(Network, WhatIsMissingIsSaidBeforeTheProgramIsStarted)
{
    auto options = actor("https://updates.invalid");
    options.options = {"--authorization-file", (scratch / "nothing").string()};
    start(options);

    EXPECT_EQ(baton->end(), 66);
    EXPECT_THAT(baton->said(), HasSubstr("--authorization-file: " + (scratch / "nothing").string()));
    EXPECT_FALSE(fs::exists(state));
}

} // namespace
} // namespace baton::system
