// Baton under a service manager such as systemd: its sockets, its word that it is ready, its pid, its end.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Sockets.h"
#include "tests/system/Relay.h"

#include <sys/socket.h>

#include <poll.h>

#include <array>

namespace baton::system {
namespace {

using ::testing::Contains;
using ::testing::Not;
using ::testing::StartsWith;

// The service manager's side: the listener that it opened long ago, and the socket on which it hears.
struct ServiceManager : Relay {
    os::UniqueFd listener = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    os::UniqueFd hearing = os::receiveUnix(scratch / "manager.sock");
    std::vector<std::string> heard;

    ServiceManager() { web = os::boundAddress(listener.get()); }

    RunOptions hello() const
    {
        RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
        options.listen = {};
        options.passed = {listener.get()};
        options.environment = {"LISTEN_FDS=1", "LISTEN_FDNAMES=web",
                               "NOTIFY_SOCKET=" + (scratch / "manager.sock").string()};
        return options;
    }

    // Whether it hears the message within the usual time.
    bool hears(const std::string& message)
    {
        return eventually([&] {
            listen();
            return std::find(heard.begin(), heard.end(), message) != heard.end();
        });
    }

private:
    void listen()
    {
        std::array<char, 512> text{};
        for (;;) {
            const auto length = ::recv(hearing.get(), text.data(), text.size(), MSG_DONTWAIT);
            if (length <= 0) return;
            heard.emplace_back(text.data(), static_cast<std::size_t>(length));
        }
    }
};

TEST_F(ServiceManager, HearsThatBatonIsReadyAndWhatItDoes)
{
    start(hello());
    const auto pid = baton->pid();

    ASSERT_TRUE(hears("READY=1"));
    EXPECT_THAT(ask(), StartsWith("1.0.0 generation 1 "));
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();
    EXPECT_TRUE(hears("STATUS=probationBeside: 1.0.0"));
    EXPECT_TRUE(hears("STATUS=serving: 1.1.0"));
    EXPECT_THAT(ask(), StartsWith("1.1.0 generation 2 "));

    EXPECT_EQ(baton->pid(), pid);
    EXPECT_FALSE(baton->hasEnded());
    EXPECT_THAT(heard, Not(Contains(StartsWith("MAINPID="))));
    EXPECT_EQ(std::count(heard.begin(), heard.end(), "READY=1"), 1);
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(hears("STOPPING=1"));
}

TEST_F(ServiceManager, HearsThatBatonLivesWhereItAskedForThat)
{
    auto options = hello();
    options.environment.emplace_back("WATCHDOG_USEC=200000");
    start(options);

    ASSERT_TRUE(hears("READY=1"));
    EXPECT_TRUE(eventually([this] {
        hears("WATCHDOG=1");
        return std::count(heard.begin(), heard.end(), "WATCHDOG=1") >= 3;
    }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(ServiceManager, GetsTheProgramsOwnExitCode)
{
    auto options = hello();
    options.command = {scratch.actor("1.0.0", "on 15 exit 3\nready\nwait").string()};
    start(options);
    ASSERT_TRUE(hears("READY=1"));

    EXPECT_EQ(stop(), 3);
}

TEST_F(ServiceManager, HearsNothingOfReadinessBeforeTheFirstReleaseServes)
{
    auto options = hello();
    options.command = {"{release}/service"};
    start(options);
    ASSERT_TRUE(hears("STATUS=waiting for the first release"));
    ASSERT_TRUE(eventually([this] { return fs::exists(store().controlSocket()); }));
    EXPECT_EQ(std::count(heard.begin(), heard.end(), "READY=1"), 0);

    fs::create_directory(scratch / "tree");
    fs::rename(scratch.actor("1.1.0", "ready\nserve\nexit 0"), scratch / "tree" / "service");
    publish("1.1.0", scratch.pack(scratch / "tree", "service-1.1.0.tar.zst"));
    check();

    EXPECT_TRUE(hears("READY=1"));
    EXPECT_EQ(ask(), "1.1.0\n");
    EXPECT_EQ(stop(), 0);
}

TEST_F(ServiceManager, KeepsTheSocketOpenAcrossARestartOfBaton)
{
    start(hello());
    ASSERT_TRUE(hears("READY=1"));
    Clients clients(scratch, web, {"--new", "100"});
    EXPECT_EQ(stop(), 0);
    heard.clear();

    start();
    ASSERT_TRUE(hears("READY=1"));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
}

} // namespace
} // namespace baton::system
