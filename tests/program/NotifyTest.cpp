#include "client/program/Notify.h"

#include "client/os/Sockets.h"
#include "tests/program/ScopedVariable.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <string>

namespace baton {
namespace {

std::string heard(int socket)
{
    std::array<char, 256> text{};
    const auto length = ::recv(socket, text.data(), text.size(), MSG_DONTWAIT);
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : "nothing";
}

TEST(Notify, SpeaksToAPath)
{
    const auto path = std::filesystem::path(testing::TempDir()) / ("notify-" + std::to_string(::getpid()));
    const auto receiver = os::receiveUnix(path);
    const ScopedVariable variable("NOTIFY_SOCKET", path.string());

    EXPECT_TRUE(notify("STATUS=warming up"));
    EXPECT_TRUE(notifyReady());

    EXPECT_EQ(heard(receiver.get()), "STATUS=warming up");
    EXPECT_EQ(heard(receiver.get()), "READY=1");
    std::filesystem::remove(path);
}

TEST(Notify, SpeaksToAnAbstractName)
{
    const auto name = "baton-notify-test-" + std::to_string(::getpid());
    const os::UniqueFd receiver(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    ASSERT_EQ(::bind(receiver.get(), reinterpret_cast<const sockaddr*>(&address), length), 0);
    const ScopedVariable variable("NOTIFY_SOCKET", "@" + name);

    EXPECT_TRUE(notifyReady());

    EXPECT_EQ(heard(receiver.get()), "READY=1");
}

TEST(Notify, DropsStatusRatherThanWaitForWhoeverDoesNotRead)
{
    const auto path = std::filesystem::path(testing::TempDir()) / ("notify-full-" + std::to_string(::getpid()));
    const auto receiver = os::receiveUnix(path);
    const ScopedVariable variable("NOTIFY_SOCKET", path.string());

    int sent = 0;
    while (sent < 10'000 && notify("STATUS=busy")) ++sent;

    EXPECT_GT(sent, 0);
    EXPECT_LT(sent, 10'000);
    std::filesystem::remove(path);
}

TEST(Notify, SaysNothingWhenNobodyAsked)
{
    EXPECT_FALSE(notifyReady());
    for (const auto* text : {"", "@", "relative", "/no/such/socket"}) {
        const ScopedVariable variable("NOTIFY_SOCKET", text);
        EXPECT_FALSE(notifyReady()) << text;
    }
}

} // namespace
} // namespace baton
