// The example service as a real process: alone, and with what a Baton or systemd gives it.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/service/RawClient.h"
#include "tests/service/ServiceProcess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <poll.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::service {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A process of the example service.
struct Hello : ServiceProcess {
    Hello(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
          const std::vector<int>& passed = {}, const std::string& executable = HELLO_SERVER)
        : ServiceProcess({executable, arguments, environment, passed})
    {
    }
};

// A listener, and a socket for READY=1, as Baton or systemd would hold them.
struct SelfUpdating : testing::Test {
    std::filesystem::path notifyPath =
        std::filesystem::path(testing::TempDir()) / ("self-" + std::to_string(::getpid()));
    os::UniqueFd notify = os::receiveUnix(notifyPath);
    os::UniqueFd listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    std::string address = os::boundAddress(listener.get());
    std::vector<std::string> environment{"LISTEN_FDS=1", "LISTEN_FDNAMES=web", "NOTIFY_SOCKET=" + notifyPath.string(),
                                         "BATON_RELEASE=1.4.0", "BATON_GENERATION=7"};

    ~SelfUpdating() override { std::filesystem::remove(notifyPath); }

    std::string heard() const
    {
        pollfd watched{notify.get(), POLLIN, 0};
        ::poll(&watched, 1, 20'000);
        std::array<char, 64> text{};
        const auto length = ::recv(notify.get(), text.data(), text.size(), MSG_DONTWAIT);
        return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "nothing";
    }
};

TEST_F(SelfUpdating, ServesOnTheListenerThatItIsGivenAndSaysSo)
{
    Hello hello({"--app-version", "9.9.9"}, environment, {listener.get()});

    EXPECT_EQ(heard(), "READY=1");
    EXPECT_THAT(RawClient(address).get("/"),
                EndsWith("\r\n\r\n1.4.0 generation 7 pid " + std::to_string(hello.pid()) + '\n'));
    hello.signal(SIGTERM);
    EXPECT_EQ(hello.end(), 0);
}

TEST_F(SelfUpdating, EndsOnlyWhenAllIsAnswered)
{
    Hello hello({}, environment, {listener.get()});
    ASSERT_EQ(heard(), "READY=1");
    RawClient kept(address);
    EXPECT_THAT(kept.get("/"), HasSubstr("Connection: Keep-Alive"));

    hello.signal(SIGTERM);
    hello.signal(SIGTERM);
    hello.signal(SIGHUP);
    std::string last; // It may take a moment until the drain begins.
    do last = kept.get("/");
    while (last.find("Connection: Keep-Alive") != std::string::npos);

    EXPECT_THAT(last, HasSubstr("Connection: Close"));
    EXPECT_TRUE(kept.isClosed());
    EXPECT_EQ(hello.end(), 0);
}

TEST_F(SelfUpdating, EndsInTimeThoughAClientStaysAndSaysSo)
{
    environment.emplace_back("BATON_DRAIN_TIME=1s");
    Hello hello({}, environment, {listener.get()});
    ASSERT_EQ(heard(), "READY=1");
    RawClient silent(address);
    EXPECT_THAT(RawClient(address).get("/"), HasSubstr("200 OK")); // So the one that came before is accepted, too.

    hello.signal(SIGTERM);

    EXPECT_EQ(hello.end(), 0);
    EXPECT_THAT(hello.said(), HasSubstr("still open; they are cut"));
    EXPECT_TRUE(silent.isClosed());
}

TEST_F(SelfUpdating, TakesTurnsWithTheNextGenerationOnItsChannel)
{
    auto pair = os::packetPair();
    const auto& baton = pair.first;
    environment.emplace_back("BATON_CHANNEL=4");
    Hello hello({}, environment, {listener.get(), pair.second.get()});
    ASSERT_EQ(heard(), "READY=1");
    const auto say = [&](std::string_view word) { ::send(baton.get(), word.data(), word.size(), MSG_NOSIGNAL); };
    const auto answered = [&] {
        pollfd watched{baton.get(), POLLIN, 0};
        ::poll(&watched, 1, 20'000);
        std::array<char, 64> text{};
        const auto length = ::recv(baton.get(), text.data(), text.size(), MSG_DONTWAIT);
        return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "nothing";
    };

    EXPECT_EQ(answered(), "stands-by");
    say("drain");
    EXPECT_EQ(answered(), "draining 0");
    say("resume");
    EXPECT_EQ(answered(), "resumed");
    EXPECT_THAT(RawClient(address).get("/", "Connection: close\r\n"), HasSubstr("1.4.0 generation 7"));
    say("stop");

    EXPECT_EQ(hello.end(), 0);
}

TEST_F(SelfUpdating, ServesByItself)
{
    const auto path = std::filesystem::path(testing::TempDir()) / ("alone-" + std::to_string(::getpid()));
    Hello hello({"--listen", "web=unix:" + path.string(), "--app-version", "1.0.0"},
                {"NOTIFY_SOCKET=" + notifyPath.string()});

    EXPECT_EQ(heard(), "READY=1");
    EXPECT_THAT(RawClient("unix:" + path.string()).get("/"), HasSubstr("\r\n\r\n1.0.0 generation 0 pid "));
    hello.signal(SIGINT);
    EXPECT_EQ(hello.end(), 0);
    std::filesystem::remove(path);
}

TEST_F(SelfUpdating, AnswersATryOutBeforeAnyCodeOfTheUsers)
{
    Hello ending({"--bogus"}, {"BATON_TRYOUT=00ff17"}, {}, ENDING_MAIN);

    EXPECT_EQ(ending.end(), 0);
    EXPECT_EQ(ending.said(), "00ff17\n");
}

TEST_F(SelfUpdating, SaysWhyItDidNotStart)
{
    Hello ending({}, {"FAIL=1"}, {}, ENDING_MAIN);

    EXPECT_EQ(ending.end(), 78);
    EXPECT_THAT(ending.said(), HasSubstr("what initialize() needs"));
}

TEST_F(SelfUpdating, RefusesWhatCannotBeMeant)
{
    struct Case {
        std::vector<std::string> arguments;
        int exitCode;
        std::string says;
    };
    for (const auto& each : std::vector<Case>{{{"--app-id", "x"}, 64, "without --server"},
                                              {{"--daemon"}, 64, "--daemon without --server"},
                                              {{"--pidfile=/tmp/x"}, 64, "--pidfile without --server"},
                                              {{"--log-file=/tmp/x"}, 64, "--log-file without --server"},
                                              {{"--listen", "nonsense"}, 64, "--listen"},
                                              {{}, 64, "--listen web=HOST:PORT"},
                                              {{"--bogus"}, 64, "there is no option bogus; --help lists all"},
                                              {{"--sever", "http://127.0.0.1/"}, 64, "did you mean --server?"},
                                              {{"--server"}, 64, "--server needs a value"}}) {
        Hello hello(each.arguments, {});
        EXPECT_EQ(hello.end(), each.exitCode);
        EXPECT_THAT(hello.said(), HasSubstr(each.says));
    }
}

TEST_F(SelfUpdating, SaysWhatItTakes)
{
    Hello hello({"--help"}, {});

    EXPECT_EQ(hello.end(), 0);
    EXPECT_THAT(hello.said(), StartsWith("usage: hello-server"));
    EXPECT_THAT(hello.said(), HasSubstr("--server URL"));
}

TEST_F(SelfUpdating, RefusesPocosOwnMainWithAHint)
{
    Hello mistaken({}, {}, {}, POCO_MAIN);

    EXPECT_NE(mistaken.end(), 0);
    EXPECT_THAT(mistaken.said(), HasSubstr("BATON_MAIN"));
}

} // namespace
} // namespace baton::service
