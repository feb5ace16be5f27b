// The examples of docs/programs.md as real processes.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/service/RawClient.h"
#include "tests/service/ServiceProcess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::service {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

struct Examples : testing::Test {
    std::filesystem::path notifyPath =
        std::filesystem::path(testing::TempDir()) / ("example-" + std::to_string(::getpid()));
    os::UniqueFd notify = os::receiveUnix(notifyPath);

    ~Examples() override { std::filesystem::remove(notifyPath); }

    // One generation on this listener.
    ServiceProcess::Options generation(const std::string& executable, const std::string& name, int listener) const
    {
        return {executable,
                {},
                {"LISTEN_FDS=1", "LISTEN_FDNAMES=" + name, "NOTIFY_SOCKET=" + notifyPath.string(), "BATON_GENERATION=1",
                 "BATON_RELEASE=1.0.0"},
                {listener}};
    }

    std::string heard() const
    {
        pollfd watched{notify.get(), POLLIN, 0};
        ::poll(&watched, 1, 20'000);
        std::array<char, 64> text{};
        const auto length = ::recv(notify.get(), text.data(), text.size(), 0);
        return {text.data(), static_cast<std::size_t>(length > 0 ? length : 0)};
    }
};

TEST_F(Examples, DaytimeLeavesWhoeverStillWaitsToTheNextGeneration)
{
    const auto listener = os::listenOn(os::parseListenAddress("daytime=127.0.0.1:0"));
    const auto address = os::boundAddress(listener.get());
    ServiceProcess first(generation(DAYTIME, "daytime", listener.get()));
    EXPECT_EQ(heard(), "READY=1");
    EXPECT_THAT(RawClient(address).rest(), MatchesRegex("[0-9-]+T[0-9:]+Z\n"));

    first.signal(SIGTERM);
    EXPECT_EQ(first.end(), 0);
    RawClient waiting(address);
    const ServiceProcess second(generation(DAYTIME, "daytime", listener.get()));

    EXPECT_THAT(waiting.rest(), MatchesRegex("[0-9-]+T[0-9:]+Z\n"));
}

TEST_F(Examples, DaytimeSaysHowItIsStarted)
{
    ServiceProcess alone({DAYTIME, {}, {}, {}});

    EXPECT_EQ(alone.end(), 64);
    EXPECT_THAT(alone.said(), HasSubstr("baton run --listen daytime="));
}

TEST_F(Examples, MinimalServes)
{
    const auto listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    ServiceProcess minimal(generation(MINIMAL_SERVER, "web", listener.get()));
    EXPECT_EQ(heard(), "READY=1");

    RawClient client(os::boundAddress(listener.get()));
    client.send("GET / HTTP/1.1\r\nHost: example\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(client.rest(), EndsWith("\r\n\r\nGood day.\n"));
    minimal.signal(SIGTERM);
    EXPECT_EQ(minimal.end(), 0);
}

} // namespace
} // namespace baton::service
