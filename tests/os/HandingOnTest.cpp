// What goes through an exec: descriptors, and a text in memory.
#include "client/os/Passing.h"
#include "client/os/Process.h"
#include "client/os/ProcessTable.h"
#include "client/os/SealedFile.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>
#include <string>
#include <system_error>

namespace baton::os {
namespace {

bool closesOnExec(int descriptor) { return (::fcntl(descriptor, F_GETFD) & FD_CLOEXEC) != 0; }

TEST(Passing, KeepsDescriptorsThroughAnExecOnlyWhileItLives)
{
    const auto one = sealedFile("one", "1");
    const auto other = sealedFile("other", "2");
    {
        const Passing passing({one.get(), other.get()});
        EXPECT_FALSE(closesOnExec(one.get()));
        EXPECT_FALSE(closesOnExec(other.get()));
    }
    EXPECT_TRUE(closesOnExec(one.get()));
    EXPECT_TRUE(closesOnExec(other.get()));
}

TEST(Passing, ChangesNothingWhenOneOfThemIsNotOpen)
{
    const auto one = sealedFile("one", "1");

    EXPECT_THROW(Passing({one.get(), 1'000'000}), std::system_error);

    EXPECT_TRUE(closesOnExec(one.get()));
}

TEST(Passing, IsReceivedAsOurOwn)
{
    auto one = sealedFile("one", "1");
    const int number = one.release();
    ::fcntl(number, F_SETFD, 0);
    {
        const auto ours = received(number);
        EXPECT_TRUE(closesOnExec(number));
    }
    EXPECT_LT(::fcntl(number, F_GETFD), 0) << "it is closed with its owner";
    EXPECT_THROW(received(number), std::system_error);
}

TEST(SealedFile, IsReadWholeByEachAndChangedByNobody)
{
    const std::string text = std::string(10'000, 'x') + '\0' + "end";
    const auto file = sealedFile("text", text);

    EXPECT_EQ(readSealed(file.get(), 100'000), text);
    EXPECT_EQ(readSealed(file.get(), 100'000), text);
    EXPECT_LT(::write(file.get(), "y", 1), 0);
    EXPECT_LT(::ftruncate(file.get(), 0), 0);
    EXPECT_THROW(readSealed(file.get(), 100), std::runtime_error);
}

TEST(Child, OfAnEarlierImageOfThisProcessIsKnownAgain)
{
    SpawnOptions options;
    options.executable = "/bin/sleep";
    options.arguments = {"sleep", "600"};
    auto first = Child::spawn(options);
    const auto pid = first.pid();
    const int pidfd = ::dup(first.pidfd());
    EXPECT_EQ(pidOf(pidfd), pid);
    EXPECT_EQ(pidOf(0), std::nullopt);

    const auto child = Child::adopt(pid, UniqueFd(pidfd));
    const auto known = Child::known();

    EXPECT_NE(std::find(known.begin(), known.end(), pid), known.end());
    child.signal(SIGTERM);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
    EXPECT_EQ(pidOf(child.pidfd()), pid) << "as long as it is not reaped";
    EXPECT_EQ(child.ended(), (ExitStatus{true, SIGTERM}));
    child.reap();
    EXPECT_FALSE(Child::isKnown(pid));
}

} // namespace
} // namespace baton::os
