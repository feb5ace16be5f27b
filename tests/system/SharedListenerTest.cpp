// What one generation does to the socket that all share, by the numbers of the fault table: 12, 13, 27, 31.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "tests/system/Relay.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <set>
#include <thread>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* Server = "ready\nserve\nexit 0";

struct SharedListener : Relay {
    /// Beside an old release, a candidate that does this to the socket before it is ready.
    void harmedBy(const std::string& what, const std::string& says)
    {
        ASSERT_TRUE(serves({{scratch.actor("1.0.0", Server).string()}, {}, {"web=127.0.0.1:0"}, "400ms"}));
        clients.emplace(scratch, web, std::vector<std::string>{"--new", "64", "--kept", "64", "--connections", "16"});
        ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "harm " + what + "\nready\nserve\nexit 0"), says));
    }
    os::SocketAddress address() const { return os::resolve(parseHostPort(web).value_or(HostPort{}), SOCK_STREAM); }
    std::optional<Clients> clients;
};

TEST_F(SharedListener, Fault12ThatIsShutDownListensAgainAndTheReleaseIsTakenBack)
{
    harmedBy("shutdown", "1.1.0 taken back: web was shut down by a program that has it, for all others too");

    ASSERT_TRUE(baton->says("1.0.0 serves on"));
    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_THAT(history(), ElementsAre(HasSubstr("rolledBack 1.1.0 from 1.0.0")));
    EXPECT_FALSE(status().blocked.empty());
    const auto count = clients->stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_LE(count.failed, 4U) << "what waited in the queue in that moment: " << count.report;
    EXPECT_EQ(stop(), 0);
}

// A unix socket never listens again: the old release is started once more, on one that does.
TEST_F(SharedListener, Fault12OfAUnixSocketIsBoundAnewForTheOldReleaseStartedAgain)
{
    const auto path = (scratch / "web").string();
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Server).string()}, {}, {"web=unix:" + path}, "400ms"}));
    clients.emplace(scratch, "unix:" + path, std::vector<std::string>{"--new", "64"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "harm shutdown\nready\nserve\nexit 0"),
                       "1.1.0 taken back: web was shut down by a program that has it, for all others too"));

    ASSERT_TRUE(baton->says("1.0.0 is to be started anew, for a socket by which it can be reached"));
    ASSERT_TRUE(baton->says("web is bound anew for the generation that starts"));
    EXPECT_TRUE(eventually([&] { return errorOfConnecting(path) == 0; }));
    EXPECT_TRUE(eventually([this] { return status().state == "serving" && status().release->generation == 3; }));
    EXPECT_TRUE(isServing("1.0.0"));
    const auto count = clients->stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_LT(count.failed, count.sent) << "until it was seen, and another one listened: " << count.report;
    EXPECT_EQ(stop(), 0);
}

// Lost in mid hand-off: it is the release that comes which is started anew after it, not the one that was the current
// then.
TEST_F(SharedListener, Fault13OfAPathThatIsLostInAHandOffBringsNoOldReleaseBack)
{
    const auto path = scratch / "web";
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Server).string()}, {}, {"web=unix:" + path.string()}, "400ms"}));
    publish("1.1.0", scratch.actor("1.1.0", Server));
    check();
    ASSERT_TRUE(baton->says("1.1.0 on probation beside 1.0.0"));
    fs::remove(scratch / ".web.baton-kept");
    fs::remove(path);

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    ASSERT_TRUE(baton->says("1.1.0 is to be started anew, for a socket by which it can be reached"));
    EXPECT_TRUE(eventually([&] { return errorOfConnecting(path.string()) == 0; }));
    EXPECT_TRUE(eventually([this] { return status().state == "serving" && status().release->generation == 3; }));
    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SharedListener, Fault12GetsItsBacklogBack)
{
    harmedBy("listen", "web had its backlog cut to 2 by a program that called listen()");
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(clients->stop().failed, 0U);
    EXPECT_EQ(ask(), "1.1.0\n");
    EXPECT_EQ(stop(), 0);
}

TEST_F(SharedListener, Fault12IsMadeNonBlockingAgain)
{
    harmedBy("blocking", "web was made blocking by a program, for all who share it; it is non-blocking again");
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(clients->stop().failed, 0U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(SharedListener, Fault13KeepsItsPathThoughTheOldReleaseTakesItAway)
{
    const auto path = (scratch / "web").string();
    const auto leaving = std::string("ready\nserve\nharm unlink\nexit 0");
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", leaving).string()}, {}, {"web=unix:" + path}}));
    Clients load(scratch, "unix:" + path, {"--new", "64"});

    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0"}) {
        ASSERT_TRUE(update(version, scratch.actor(version, leaving), version + " committed"));
        ASSERT_TRUE(eventually([this] { return status().draining.empty(); }));
    }
    const auto count = load.stop();

    EXPECT_THAT(baton->said(), HasSubstr("the path of web, " + path + ", was taken away by a program; it is back"));
    EXPECT_GT(count.sent, 0U);
    EXPECT_LE(count.failed, 3U) << "in the moment in which it was gone: " << count.report;
    EXPECT_EQ(errorOfConnecting(path), 0);
    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(fs::exists(scratch / ".web.baton-kept"));
}

TEST_F(SharedListener, Fault13ByRestartHasItsPathForTheNextRelease)
{
    const auto path = (scratch / "web").string();
    const auto leaving = std::string("ready\nserve\nharm unlink\nexit 0");
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", leaving).string()}, {"--handoff", "restart"}, {"web=unix:" + path}}));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Server), "1.1.0 committed"));
    EXPECT_EQ(errorOfConnecting(path), 0);
    EXPECT_EQ(stop(), 0);
}

// As many as the system lets wait, and more: the rest are asked again by their own kernel.
TEST_F(SharedListener, Fault27RefusesNobodyWhileNobodyAccepts)
{
    constexpr std::size_t Many = 5'000;
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Server).string()}, {"--handoff", "restart"}}));
    const auto door = scratch / "door"; // Where the candidate waits until all have come.
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    publish("1.1.0", scratch.actor("1.1.0", "await " + door.string() + "\nready\nserve\nexit 0"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 starts; clients wait in the queue"));

    const auto to = address();
    std::vector<pollfd> waiting;
    for (std::size_t i = 0; i < Many; ++i) {
        const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        ASSERT_GE(client, 0);
        ASSERT_TRUE(::connect(client, to.get(), to.length) == 0 || errno == EINPROGRESS) << i << ' ' << errno;
        waiting.push_back({client, POLLOUT, 0});
    }
    {
        const os::UniqueFd open(::open(door.c_str(), O_WRONLY | O_CLOEXEC));
    }
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    std::size_t answered = 0;
    std::size_t broken = 0;
    const auto end = std::chrono::steady_clock::now() + Patience(60'000);
    while (answered + broken < Many && std::chrono::steady_clock::now() < end) {
        ::poll(waiting.data(), waiting.size(), 1'000);
        for (auto& one : waiting) {
            if (one.revents == 0) continue;
            std::array<char, 512> text{};
            if ((one.revents & POLLOUT) != 0 && one.events == POLLOUT) {
                one.events = ::send(one.fd, "GET", 3, MSG_NOSIGNAL) == 3 ? POLLIN : 0;
                if (one.events == POLLIN) continue;
            }
            const auto length = ::recv(one.fd, text.data(), text.size(), 0);
            (length > 0 ? answered : broken) += 1;
            ::close(one.fd);
            one.fd = -1;
        }
    }
    for (const auto& one : waiting)
        if (one.fd >= 0) ::close(one.fd);
    EXPECT_EQ(broken, 0U);
    EXPECT_EQ(answered, Many);
    EXPECT_EQ(stop(), 0);
}

struct Datagrams : Relay, ::testing::WithParamInterface<const char*> {
    // Sends numbered ones, and takes down which came back, until told to end.
    void talk(const os::SocketAddress& to)
    {
        const os::UniqueFd client(::socket(to.family(), SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        const auto own = os::unixAddress((scratch / "client").string());
        if (to.family() == AF_UNIX) {
            EXPECT_EQ(::bind(client.get(), own.get(), own.length), 0);
        }
        const auto last = [&] { return done ? std::chrono::steady_clock::now() : Never; };
        for (auto ended = last(); ended == Never || std::chrono::steady_clock::now() < ended + Patience(2'000);) {
            if (ended == Never) ended = last();
            if (ended == Never) {
                const auto text = std::to_string(sent);
                if (::sendto(client.get(), text.data(), text.size(), MSG_NOSIGNAL, to.get(), to.length) > 0) ++sent;
            } else if (answered.size() == sent) {
                return;
            }
            pollfd one{client.get(), POLLIN, 0};
            ::poll(&one, 1, 1);
            std::array<char, 64> reply{};
            for (;;) {
                const auto length = ::recv(client.get(), reply.data(), reply.size(), 0);
                if (length <= 0) break;
                const std::string words(reply.data(), static_cast<std::size_t>(length));
                answered.insert(words.substr(words.find('\n') + 1));
                versions.insert(words.substr(0, words.find('\n')));
            }
        }
    }

    static constexpr auto Never = std::chrono::steady_clock::time_point::max();
    std::atomic<bool> done = false;
    std::size_t sent = 0;
    std::set<std::string> answered;
    std::set<std::string> versions;
};

TEST_P(Datagrams, Fault31AllAreAnsweredAcrossHandOffs)
{
    const std::string kind = GetParam();
    const auto path = (scratch / "d").string();
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Server).string()},
                        {},
                        {"d=" + (kind == "udp:" ? kind + "127.0.0.1:0" : kind + path)}}));
    const auto to =
        kind == "udp:" ? os::resolve(parseHostPort(web).value_or(HostPort{}), SOCK_DGRAM) : os::unixAddress(path);
    std::thread talker([&] { talk(to); });
    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0", "1.4.0"})
        EXPECT_TRUE(update(version, scratch.actor(version, Server), version + " committed"));
    done = true;
    talker.join();

    EXPECT_GT(sent, 100U);
    EXPECT_EQ(answered.size(), sent);
    EXPECT_GE(versions.size(), 2U);
    EXPECT_EQ(stop(), 0);
}

INSTANTIATE_TEST_SUITE_P(OfEachKind, Datagrams, ::testing::Values("udp:", "unix-datagram:"));

} // namespace
} // namespace baton::system
