// Every kind of listener, by every way it comes to Baton, through a hand-off. SPDX-License-Identifier: Apache-2.0
#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "tests/system/Relay.h"

#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

std::string receive(const os::UniqueFd& socket)
{
    std::array<char, 4096> text{};
    pollfd one{socket.get(), POLLIN, 0};
    if (::poll(&one, 1, static_cast<int>(Patient.count())) != 1) return {};
    const auto length = ::recv(socket.get(), text.data(), text.size(), 0);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

struct Listeners : Relay {
    static constexpr const char* Server = "show LISTEN_FDNAMES\nready\nserve\nexit 0";

    os::SocketAddress unixPath(const std::string& name) const { return os::unixAddress((scratch / name).string()); }

    /// Asks whatever listens there; the answer's last line but what was sent is the version.
    std::string askAt(const os::SocketAddress& address, int type) const
    {
        const os::UniqueFd client(::socket(address.family(), type | SOCK_CLOEXEC, 0));
        if (address.family() == AF_UNIX && type == SOCK_DGRAM) {
            const auto own = unixPath("client");
            fs::remove(scratch / "client");
            EXPECT_EQ(::bind(client.get(), own.get(), own.length), 0);
        }
        if (::connect(client.get(), address.get(), address.length) != 0) return "no connection";
        ::send(client.get(), "hello", 5, MSG_NOSIGNAL);
        return receive(client);
    }

    /// Where the program's `count`th listener is, in the words of Baton's log.
    HostPort placeOf(const std::string& name) const
    {
        return parseHostPort(baton->word(name + '=')).value_or(HostPort{});
    }
    std::size_t saidTimes(const std::string& text) const
    {
        const auto all = baton->said();
        std::size_t times = 0;
        for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++times;
        return times;
    }
};

TEST_F(Listeners, OfEachKindServeThroughAHandOff)
{
    RunOptions options{{scratch.actor("1.0.0", Server).string()}};
    options.listen = {"web=127.0.0.1:0", "dns=udp:127.0.0.1:0",
                      "s=unix:" + (scratch / "s").string() + ",mode=0600,backlog=64",
                      "q=unix-seqpacket:" + (scratch / "q").string(), "d=unix-datagram:" + (scratch / "d").string()};
    ASSERT_TRUE(serves(options));

    for (const std::string version : {"1.0.0", "1.1.0"}) {
        if (version != "1.0.0") {
            ASSERT_TRUE(update(version, scratch.actor(version, Server), version + " committed"));
        }
        EXPECT_EQ(ask(), version + '\n');
        EXPECT_EQ(askAt(os::resolve(placeOf("dns"), SOCK_DGRAM), SOCK_DGRAM), version + "\nhello");
        EXPECT_THAT(askAt(unixPath("s"), SOCK_STREAM), HasSubstr(version));
        EXPECT_THAT(askAt(unixPath("q"), SOCK_SEQPACKET), HasSubstr(version));
        EXPECT_EQ(askAt(unixPath("d"), SOCK_DGRAM), version + "\nhello");
    }
    EXPECT_EQ(saidTimes("LISTEN_FDNAMES=web:dns:s:q:d\n"), 2U);
    EXPECT_EQ(fs::status(scratch / "s").permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Listeners, InAGroupLoseNoConnection)
{
    RunOptions options{{scratch.actor("1.0.0", Server).string()}};
    options.listen = {"web=127.0.0.1:0,reuseport=4"};
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "200"});

    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0"})
        ASSERT_TRUE(update(version, scratch.actor(version, Server), version + " committed"));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(saidTimes("LISTEN_FDNAMES=web:web:web:web\n"), 4U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Listeners, OfAGroupAreAllTakenOverFromABatonThatWasKilled)
{
    RunOptions options{{scratch.actor("1.0.0", Server).string()}};
    options.listen = {"web=127.0.0.1:0,reuseport=4"};
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "100"});
    baton->signal(SIGKILL);
    baton->end();

    options.listen = {"web=" + web + ",reuseport=2"};
    ASSERT_TRUE(serves(options));
    ASSERT_TRUE(baton->says("(generation 1) has ended"));
    const auto count = clients.stop();

    EXPECT_THAT(baton->said(), HasSubstr("web is asked for with 2 sockets and keeps its 4"));
    EXPECT_EQ(saidTimes("LISTEN_FDNAMES=web:web:web:web\n"), 1U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

TEST_F(Listeners, SayThatTheMachineCutsTheirBacklog)
{
    const auto most = std::to_string(os::mostWaiting());
    start({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()},
           {},
           {"web=127.0.0.1:0,backlog=1000000", "small=127.0.0.1:0,backlog=16"}});

    ASSERT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_THAT(baton->said(), HasSubstr("web is to have a backlog of 1000000, and this machine gives it " + most +
                                         ": raise net.core.somaxconn"));
    EXPECT_THAT(baton->said(), ::testing::Not(HasSubstr("small is to have")));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Listeners, OfSystemdMayHaveOneNameTogether)
{
    const auto first = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    const auto second = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    RunOptions options{{scratch.actor("1.0.0", Server).string()}};
    options.listen = {"admin=127.0.0.1:0", "web=127.0.0.1:1"}; // The second is not opened: systemd has it.
    options.passed = {first.get(), second.get()};
    options.environment = {"LISTEN_FDS=2", "LISTEN_FDNAMES=web:web"};

    ASSERT_TRUE(serves(options));

    EXPECT_TRUE(baton->says("LISTEN_FDNAMES=web:web:admin"));
    EXPECT_THAT(askAt(os::nameOf(first.get()), SOCK_STREAM), HasSubstr("1.0.0"));
    EXPECT_THAT(askAt(os::nameOf(second.get()), SOCK_STREAM), HasSubstr("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

// Before there is a hand-over that could be told: it is bound anew before the first release starts.
TEST_F(Listeners, OfSystemdWhosePathIsGoneIsBoundAnew)
{
    const auto path = (scratch / "s").string();
    const auto socket = os::listenOn(os::parseListenAddress("web=unix:" + path));
    fs::remove(path);
    RunOptions options{{scratch.actor("1.0.0", Server).string()}};
    options.listen = {};
    options.passed = {socket.get()};
    options.environment = {"LISTEN_FDS=1", "LISTEN_FDNAMES=web"};

    ASSERT_TRUE(serves(options));

    EXPECT_THAT(baton->said(), HasSubstr("web is bound anew for the generation that starts"));
    EXPECT_THAT(askAt(unixPath("s"), SOCK_STREAM), HasSubstr("1.0.0"));
    EXPECT_EQ(baton->said().find("started anew"), std::string::npos) << "one start is enough";
    EXPECT_EQ(stop(), 0);
}

TEST_F(Listeners, ThatMeanNothingAreRefusedWithASentence)
{
    RunOptions options{{"/bin/true"}};
    options.listen = {"web=127.0.0.1:0,reuseport=1"};
    start(options);
    EXPECT_EQ(baton->end(), 64);
    EXPECT_THAT(baton->said(), HasSubstr("reuseport is how many sockets, from 2 to 256"));

    options.listen = {"x=unix:" + (scratch / "x").string() + ",owner=nobody-of-that-name"};
    start(options);
    EXPECT_NE(baton->end(), 0);
    EXPECT_THAT(baton->said(), HasSubstr("there is no user nobody-of-that-name"));
}

} // namespace
} // namespace baton::system
