#include "client/os/Sockets.h"

#include "client/os/Connections.h"
#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <unistd.h>

#include <array>
#include <stdexcept>
#include <system_error>

namespace baton::os {
namespace {

namespace fs = std::filesystem;

TEST(Sockets, OfTheControlAreTheOwnersFromTheirFirstMoment)
{
    const testing::TemporaryDirectory directory;
    const auto listener = listenUnix(directory.path() / "control.sock");
    EXPECT_EQ(fs::status(directory.path() / "control.sock").permissions(),
              fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_TRUE(connectUnix(directory.path() / "control.sock"));
    EXPECT_THROW(connectUnix(directory.path() / "none"), std::system_error);
    EXPECT_THROW(listenUnix(directory.path() / std::string(120, 'x')), std::invalid_argument);
}

TEST(Sockets, SendANotificationToAPathOrAnAbstractName)
{
    const testing::TemporaryDirectory directory;
    const auto path = directory.path() / "notify";
    const auto receiver = receiveUnix(path);
    std::array<char, 64> text{};

    EXPECT_TRUE(notify(path.string(), "READY=1"));
    ASSERT_EQ(::recv(receiver.get(), text.data(), text.size(), MSG_DONTWAIT), 7);
    EXPECT_EQ(std::string(text.data(), 7), "READY=1");
    EXPECT_FALSE(notify((directory.path() / "none").string(), "READY=1"));
    EXPECT_FALSE(notify("relative", "READY=1"));
    EXPECT_FALSE(notify("", "READY=1"));
}

// Clients and listener in one process here: both ends of TCP are connections, of a unix path only the accepted one is.
TEST(Sockets, ThatAreConnectionsAreCounted)
{
    const testing::TemporaryDirectory directory;
    EXPECT_EQ(connectionsOf(::getpid()), 0U);
    const auto path = (directory.path() / "web").string();
    for (const auto& address : {std::string("web=127.0.0.1:0"), "web=unix:" + path}) {
        const auto listener = listenOn(parseListenAddress(address));
        const auto name = nameOf(listener.get());
        const UniqueFd client(::socket(name.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        ASSERT_EQ(::connect(client.get(), name.get(), name.length), 0);
        const UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        ASSERT_TRUE(accepted);

        EXPECT_EQ(connectionsOf(::getpid()), name.family() == AF_UNIX ? 1U : 2U);
    }
    EXPECT_EQ(connectionsOf(0), 0U);
}

} // namespace
} // namespace baton::os
