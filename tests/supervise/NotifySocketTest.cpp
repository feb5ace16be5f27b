#include "client/supervise/NotifySocket.h"

#include "client/os/Sockets.h"
#include "client/os/SystemClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <vector>

namespace baton::supervise {
namespace {

constexpr Duration Moment{0};

TEST(Notification, IsReadLineByLine)
{
    const auto one = parseNotification("STATUS=warming \x1b[31m\nREADY=1\nEXTEND_TIMEOUT_USEC=2500000\nX_UNKNOWN=1\n");
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->ready);
    EXPECT_EQ(one->extend, Duration(2500));
    EXPECT_EQ(one->status.find('\x1b'), std::string::npos);
    EXPECT_TRUE(parseNotification("STOPPING=1")->stopping);
}

TEST(Notification, IsNotReadyForWhatOnlyLooksLikeIt)
{
    for (const std::string text : {"", "READY", "READY=", "READY=0", "READY=11", "ready=1", " READY=1", "READY =1"})
        EXPECT_FALSE(parseNotification(text)->ready) << text;
    for (const std::string text :
         {"EXTEND_TIMEOUT_USEC=-1", "EXTEND_TIMEOUT_USEC=99999999999999999", "EXTEND_TIMEOUT_USEC=1s"})
        EXPECT_FALSE(parseNotification(text)->extend) << text;
    EXPECT_FALSE(parseNotification(std::string_view("READY=1\0", 8)));
    EXPECT_FALSE(parseNotification("READY=1\n\xff"));
    EXPECT_FALSE(parseNotification("READY=1\n" + std::string(5000, 'x')));
}

struct NotifySocketTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    os::SystemClock clock;
    loop::EventLoop loop{clock};
    KeptLog log;
    std::vector<Notification> heard;
    bool isOurs = true;
    NotifySocket socket{loop, log, directory.path() / "notify.sock", [this](pid_t) { return isOurs; },
                        [this](const Notification& one) { heard.push_back(one); }};
};

TEST_F(NotifySocketTest, HearsItsOwn)
{
    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1"));
    loop.turn(Moment);
    ASSERT_EQ(heard.size(), 1U);
    EXPECT_TRUE(heard.front().ready);
}

TEST_F(NotifySocketTest, IgnoresStrangersAndSaysSoOnce)
{
    isOurs = false;
    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1"));
    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1"));
    loop.turn(Moment);
    EXPECT_TRUE(heard.empty());
    EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(NotifySocketTest, IsFoundByNobodyElse)
{
    EXPECT_EQ(std::filesystem::status(socket.path()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::ptrdiff_t openDescriptors() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); }

TEST_F(NotifySocketTest, KeepsNoDescriptorThatComesUninvited)
{
    const os::UniqueFd sender(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket.path().c_str(), sizeof address.sun_path - 1);
    std::array<char, 8> text{"READY=1"};
    iovec block{text.data(), 7};
    constexpr std::size_t Count = 20;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * Count)> control{};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    message.msg_iov = &block;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int) * Count);
    std::array<int, Count> many{};
    many.fill(STDERR_FILENO);
    std::memcpy(CMSG_DATA(part), many.data(), sizeof many);

    const auto before = openDescriptors();
    ASSERT_EQ(::sendmsg(sender.get(), &message, 0), 7);
    loop.turn(Moment);
    EXPECT_EQ(openDescriptors(), before);
}

} // namespace
} // namespace baton::supervise
