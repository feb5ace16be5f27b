#include "client/os/Sockets.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

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

} // namespace
} // namespace baton::os
