#include "client/program/Descriptors.h"

#include "client/os/Message.h"
#include "client/os/Sockets.h"
#include "tests/program/ScopedVariable.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <array>
#include <string>
#include <vector>

namespace baton {
namespace {

struct DescriptorsTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    os::UniqueFd receiver = os::receiveUnix(directory.path() / "notify.sock");
    ScopedVariable variable{"NOTIFY_SOCKET", (directory.path() / "notify.sock").string()};
};

TEST_F(DescriptorsTest, GoWithTheirName)
{
    EXPECT_TRUE(store("guest", std::array{STDIN_FILENO, STDERR_FILENO}));
    EXPECT_TRUE(store("state", STDERR_FILENO));
    EXPECT_TRUE(unstore("guest"));

    auto message = os::receiveMessage(receiver.get(), 100);
    EXPECT_EQ(message->text, "FDSTORE=1\nFDNAME=guest");
    EXPECT_EQ(message->descriptors.size(), 2U);
    message = os::receiveMessage(receiver.get(), 100);
    EXPECT_EQ(message->text, "FDSTORE=1\nFDNAME=state");
    EXPECT_EQ(message->descriptors.size(), 1U);
    message = os::receiveMessage(receiver.get(), 100);
    EXPECT_EQ(message->text, "FDSTOREREMOVE=1\nFDNAME=guest");
}

TEST_F(DescriptorsTest, AreRefusedUnderWhatIsNoName)
{
    for (const std::string name : {"", "a:b", "a\nREADY=1"}) {
        EXPECT_FALSE(store(name, STDERR_FILENO)) << name;
        EXPECT_FALSE(unstore(name)) << name;
    }
    EXPECT_FALSE(store("none", std::vector<int>()));
    EXPECT_FALSE(store("too many", std::vector<int>(254, STDERR_FILENO)));
    EXPECT_FALSE(store("closed", -1));
    EXPECT_FALSE(os::receiveMessage(receiver.get(), 100));
}

TEST(Descriptors, AreNobodysWithoutASocket)
{
    EXPECT_FALSE(store("guest", STDERR_FILENO));
    EXPECT_FALSE(unstore("guest"));
}

} // namespace
} // namespace baton
