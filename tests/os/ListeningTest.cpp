#include "client/os/Listening.h"

#include "client/os/SocketAddress.h"
#include "client/os/Sockets.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>
#include <stdexcept>
#include <system_error>

namespace baton::os {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

int errorOfConnecting(const HostPort& where)
{
    auto address = resolve(where, SOCK_STREAM);
    const UniqueFd client(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(client.get(), address.get(), address.length) == 0 ? 0 : errno;
}

bool hasIpv6() { return errorOfConnecting({"::1", 1}) == ECONNREFUSED; }

struct Listening : ::testing::Test {
    testing::TemporaryDirectory directory;

    ListenAddress at(const std::string& scheme, const std::string& attributes = "") const
    {
        return parseListenAddress("x=" + scheme + (directory.path() / "x").string() + attributes);
    }
    static std::uint16_t portOf(const UniqueFd& socket) { return hostPortOf(nameOf(socket.get())).port; }
};

TEST_F(Listening, IsWhereItIsToldAndSaysWhere)
{
    const auto address = parseListenAddress("web=127.0.0.1:0");
    const auto socket = listenOn(address);
    const auto bound = boundAddress(socket.get());

    EXPECT_EQ(bound.rfind("127.0.0.1:", 0), 0U) << bound;
    EXPECT_TRUE(isBoundTo(socket.get(), address));
    EXPECT_TRUE(isBoundTo(socket.get(), parseListenAddress("other=" + bound)));
    EXPECT_FALSE(isBoundTo(socket.get(), parseListenAddress("web=127.0.0.2:0")));
    EXPECT_FALSE(isBoundTo(socket.get(), parseListenAddress("web=udp:" + bound)));
    EXPECT_NE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_NE(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(Listening, IsNotSharedByTwo)
{
    const auto first = listenOn(parseListenAddress("web=127.0.0.1:0"));
    try {
        listenOn(parseListenAddress("web=" + boundAddress(first.get())));
        ADD_FAILURE() << "two listen at one address";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EADDRINUSE);
        EXPECT_THAT(error.what(), HasSubstr(boundAddress(first.get())));
    }
}

TEST_F(Listening, TakesBothFamiliesOnlyWhenThatIsSaid)
{
    if (!hasIpv6()) GTEST_SKIP() << "NOT RUN: this machine has no IPv6";
    const auto six = listenOn(parseListenAddress("web=[::]:0"));
    const auto both = listenOn(parseListenAddress("web=tcp6+4:[::]:0"));

    EXPECT_EQ(errorOfConnecting({"::1", portOf(six)}), 0);
    EXPECT_EQ(errorOfConnecting({"127.0.0.1", portOf(six)}), ECONNREFUSED);
    EXPECT_EQ(errorOfConnecting({"::1", portOf(both)}), 0);
    EXPECT_EQ(errorOfConnecting({"127.0.0.1", portOf(both)}), 0);
    EXPECT_FALSE(isBoundTo(both.get(), parseListenAddress("web=[::]:0")));
    EXPECT_TRUE(isBoundTo(both.get(), parseListenAddress("web=tcp6+4:[::]:0")));
    // Where 6 takes no 4, both stand side by side at one port.
    EXPECT_TRUE(listenOn(parseListenAddress("v4=0.0.0.0:" + std::to_string(portOf(six)))));
}

TEST_F(Listening, OfUnixIsOfEachType)
{
    for (const auto* scheme : {"unix:", "unix-seqpacket:", "unix-datagram:"}) {
        const auto address = at(scheme);
        const auto socket = listenOn(address);
        EXPECT_EQ(kindOf(socket.get()), address.kind) << scheme;
        EXPECT_TRUE(isBoundTo(socket.get(), address)) << scheme;
        EXPECT_EQ(boundPath(socket.get()), address.path);
        EXPECT_THROW(listenOn(address), std::system_error) << "a living one is respected: " << scheme;
    }
    EXPECT_FALSE(isBoundTo(listenOn(at("unix:")).get(), at("unix-seqpacket:")));
}

TEST_F(Listening, ReplacesAUnixPathOfTheDeadAndNoFileOfAnybody)
{
    for (const auto* scheme : {"unix:", "unix-seqpacket:", "unix-datagram:"}) {
        {
            const auto dead = listenOn(at(scheme));
        }
        ASSERT_TRUE(fs::exists(directory.path() / "x"));
        EXPECT_TRUE(isBoundTo(listenOn(at(scheme)).get(), at(scheme))) << scheme;
    }
    std::ofstream(directory.path() / "file") << "precious";
    EXPECT_THROW(listenOn(parseListenAddress("x=unix:" + (directory.path() / "file").string())), std::system_error);
    EXPECT_TRUE(fs::is_regular_file(directory.path() / "file"));
}

TEST_F(Listening, GivesAUnixPathItsModeWhateverTheUmask)
{
    const auto before = ::umask(0077);
    const auto group = std::to_string(::getegid());
    const auto socket = listenOn(at("unix:", ",mode=0662,group=" + group + ",owner=" + std::to_string(::geteuid())));
    ::umask(before);

    struct stat status {};
    ASSERT_EQ(::lstat((directory.path() / "x").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0662U);
    EXPECT_EQ(std::to_string(status.st_gid), group);
    try {
        listenOn(parseListenAddress("y=unix:" + (directory.path() / "y").string() + ",owner=nobody-of-that-name"));
        ADD_FAILURE();
    } catch (const std::invalid_argument& error) {
        EXPECT_THAT(error.what(), HasSubstr("there is no user nobody-of-that-name"));
    }
    EXPECT_FALSE(fs::exists(directory.path() / "y"));
}

TEST_F(Listening, HasTheBacklogThatWasAskedOrTheLongest)
{
    const auto asked = listenOn(parseListenAddress("web=127.0.0.1:0,backlog=7"));
    EXPECT_EQ(backlogOf(asked.get()), 7);
    int longest = 0;
    std::ifstream("/proc/sys/net/core/somaxconn") >> longest;
    EXPECT_EQ(backlogOf(listenOn(parseListenAddress("web=127.0.0.1:0")).get()), longest);
    EXPECT_EQ(mostWaiting(), longest);
    EXPECT_EQ(backlogOf(listenOn(at("unix:")).get()), std::nullopt);
}

TEST_F(Listening, InAGroupSharesOneAddress)
{
    for (const auto* scheme : {"", "udp:"}) {
        const auto sockets = bindAll(parseListenAddress(std::string("web=") + scheme + "127.0.0.1:0,reuseport=4"));
        ASSERT_EQ(sockets.size(), 4U);
        std::set<std::string> addresses;
        std::set<std::uint64_t> identities;
        for (const auto& socket : sockets) {
            addresses.insert(boundAddress(socket.get()));
            identities.insert(identityOf(socket.get()));
        }
        EXPECT_EQ(addresses.size(), 1U);
        EXPECT_EQ(identities.size(), 4U);
    }
}

TEST_F(Listening, IsRefusedUntilItBegins)
{
    const auto address = parseListenAddress("web=127.0.0.1:0");
    const auto sockets = bindAll(address);
    const HostPort where{"127.0.0.1", portOf(sockets.front())};

    EXPECT_EQ(errorOfConnecting(where), ECONNREFUSED);
    beginToListen(sockets.front().get(), address);
    EXPECT_EQ(errorOfConnecting(where), 0);
}

TEST_F(Listening, BeginsAgainAtItsPortAfterAShutdown)
{
    const auto socket = listenOn(parseListenAddress("web=127.0.0.1:0"));
    const auto bound = nameOf(socket.get());
    EXPECT_FALSE(isHungUp(socket.get()));

    ASSERT_EQ(::shutdown(socket.get(), SHUT_RDWR), 0);
    EXPECT_TRUE(isHungUp(socket.get()));
    EXPECT_EQ(errorOfConnecting(hostPortOf(bound)), ECONNREFUSED);
    listenAgain(socket.get(), bound, 5);

    EXPECT_FALSE(isHungUp(socket.get()));
    EXPECT_EQ(errorOfConnecting(hostPortOf(bound)), 0);
    EXPECT_EQ(backlogOf(socket.get()), 5);
}

} // namespace
} // namespace baton::os
