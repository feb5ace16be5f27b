#include "client/supervise/NotifySocket.h"

#include "client/os/Sockets.h"
#include "client/os/SystemClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

namespace baton::supervise {
namespace {

constexpr Duration Moment{0};

struct NotifySocketTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    os::SystemClock clock;
    loop::EventLoop loop{clock};
    KeptLog log;
    std::vector<Notification> heard;
    NotifySocket::Descriptors stored;
    bool isOurs = true;
    NotifySocket socket{loop, log, directory.path() / "notify.sock", [this](pid_t) { return isOurs; },
                        [this](const Notification& one, NotifySocket::Descriptors descriptors) {
                            heard.push_back(one);
                            stored = std::move(descriptors);
                        }};
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

// Its path lets nobody else in; one who got a way in all the same is not believed, though its process were one of ours.
TEST_F(NotifySocketTest, DoesNotBelieveAnotherUser)
{
    constexpr uid_t Nobody = 65534;
    if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root can be another user for a moment";
    ::chmod(directory.path().c_str(), 0711);
    ::chmod(socket.path().c_str(), 0666);
    const auto child = ::fork();
    if (child == 0) ::_exit(::setuid(Nobody) == 0 && os::notify(socket.path().string(), "READY=1") ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_EQ(status, 0) << "it was sent";

    loop.turn(Moment);

    EXPECT_TRUE(heard.empty());
    ASSERT_EQ(log.lines.size(), 1U);
    EXPECT_NE(log.lines.front().find("another user"), std::string::npos) << log.lines.front();
}

TEST_F(NotifySocketTest, IsFoundByNobodyElse)
{
    EXPECT_EQ(std::filesystem::status(socket.path()).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::ptrdiff_t openDescriptors() { return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {}); }

TEST_F(NotifySocketTest, KeepsNoDescriptorThatComesUninvited)
{
    const auto before = openDescriptors();
    const std::vector<int> many(20, STDERR_FILENO);

    for (const std::string text : {"READY=1", "BARRIER=1", "FDSTORE=0\nFDNAME=x", "\xff"}) {
        ASSERT_TRUE(os::notify(socket.path().string(), text, {}, many));
        loop.turn(Moment);
        EXPECT_EQ(openDescriptors(), before) << text;
    }
    isOurs = false;
    ASSERT_TRUE(os::notify(socket.path().string(), "FDSTORE=1", {}, many));
    loop.turn(Moment);
    EXPECT_EQ(openDescriptors(), before);
    EXPECT_TRUE(stored.empty());
}

TEST_F(NotifySocketTest, HandsOnWhatIsToBeStored)
{
    const os::UniqueFd file(::memfd_create("state", MFD_CLOEXEC));
    const std::vector<int> both{file.get(), STDERR_FILENO};
    struct stat sent {};
    ASSERT_EQ(::fstat(file.get(), &sent), 0);

    ASSERT_TRUE(os::notify(socket.path().string(), "FDSTORE=1\nFDNAME=state", {}, both));
    loop.turn(Moment);

    ASSERT_EQ(stored.size(), 2U);
    struct stat got {};
    ASSERT_EQ(::fstat(stored.front().get(), &got), 0);
    EXPECT_EQ(got.st_ino, sent.st_ino);
    EXPECT_EQ(::fcntl(stored.front().get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(NotifySocketTest, ClosesWhatCameWithABarrierOnceItWasRead)
{
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    const os::UniqueFd reader(ends[0]);
    os::UniqueFd writer(ends[1]);
    const int one = writer.get();
    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1"));
    ASSERT_TRUE(os::notify(socket.path().string(), "BARRIER=1", {}, {&one, 1}));
    writer.reset();
    char byte = 0;
    ASSERT_EQ(::read(reader.get(), &byte, 1), -1);
    ASSERT_EQ(errno, EAGAIN) << "it is open while it lies there";

    loop.turn(Moment);

    EXPECT_EQ(::read(reader.get(), &byte, 1), 0);
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_TRUE(heard.front().ready);
}

TEST_F(NotifySocketTest, IsReadAgainAfterAFloodAndWhatIsTooLong)
{
    int sent = 0;
    while (os::notify(socket.path().string(), "STATUS=busy")) ++sent;
    ASSERT_GT(sent, 0);
    loop.turn(Moment);
    EXPECT_EQ(heard.size(), static_cast<std::size_t>(sent));

    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1\n" + std::string(100'000, 'x')));
    ASSERT_TRUE(os::notify(socket.path().string(), "READY=1"));
    loop.turn(Moment);

    EXPECT_EQ(log.lines.size(), 1U);
    ASSERT_EQ(heard.size(), static_cast<std::size_t>(sent) + 1);
    EXPECT_TRUE(heard.back().ready);
}

TEST_F(NotifySocketTest, DoesNotBelieveAProcessThatIsGone)
{
    const auto child = ::fork();
    if (child == 0) ::_exit(os::notify(socket.path().string(), "READY=1") ? 0 : 1);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child); // Reaped: its pid may be anybody's from now on.
    ASSERT_EQ(status, 0);

    loop.turn(Moment);

    if (heard.empty()) {
        EXPECT_EQ(log.lines.size(), 1U);
    } else {
        GTEST_SKIP() << "NOT RUN: this kernel gives no pidfd of who sends";
    }
}

} // namespace
} // namespace baton::supervise
