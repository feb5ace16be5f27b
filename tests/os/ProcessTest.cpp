#include "client/os/Process.h"

#include "client/os/ProcessTable.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>

#include <array>
#include <csignal>
#include <system_error>

namespace baton::os {
namespace {

struct Pipe {
    UniqueFd read;
    UniqueFd write;

    Pipe()
    {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
    std::string drain()
    {
        write.reset();
        std::string text;
        std::array<char, 4096> block{};
        for (ssize_t count = 0; (count = ::read(read.get(), block.data(), block.size())) > 0;)
            text.append(block.data(), static_cast<std::size_t>(count));
        return text;
    }
};

SpawnOptions shell(const std::string& script)
{
    SpawnOptions options;
    options.executable = "/bin/sh";
    options.arguments = {"sh", "-c", script};
    options.environment = {"PATH=/usr/bin:/bin"};
    return options;
}

ExitStatus endOf(const Child& child)
{
    pollfd watched{child.pidfd(), POLLIN, 0};
    EXPECT_EQ(::poll(&watched, 1, 20'000), 1) << "the child did not end";
    const auto status = child.ended();
    child.reap();
    return status.value_or(ExitStatus{false, -1});
}

std::string outputOf(SpawnOptions options)
{
    Pipe pipe;
    options.standardOutput = pipe.write.get();
    const auto child = Child::spawn(options);
    auto text = pipe.drain();
    endOf(child);
    return text;
}

TEST(Process, EndsWithItsOwnCodeOrTheSignalThatEndedIt)
{
    EXPECT_EQ(endOf(Child::spawn(shell("exit 7"))), (ExitStatus{false, 7}));
    const auto status = endOf(Child::spawn(shell("kill -USR1 $$")));
    EXPECT_EQ(status, (ExitStatus{true, SIGUSR1}));
    EXPECT_EQ(status.shellCode(), 128 + SIGUSR1);
}

TEST(Process, GetsItsEnvironmentAndNoOther)
{
    auto options = shell("exec env");
    options.environment = {"A=1", "B=two words"};
    options.executable = "/usr/bin/env";
    options.arguments = {"env"};
    EXPECT_EQ(outputOf(options), "A=1\nB=two words\n");
}

TEST(Process, GetsTheDescriptorsThatArePassedAndNoOthers)
{
    const UniqueFd one(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const UniqueFd two(::socket(AF_UNIX, SOCK_DGRAM, 0)); // Even one that somebody forgot to mark.
    auto options = shell("ls /proc/self/fd | tr '\\n' ' '");
    options.passed = {two.get(), one.get()};
    // 0 1 2, the two that were passed, and the one by which ls reads the directory.
    EXPECT_EQ(outputOf(options), "0 1 2 3 4 5 ");
}

TEST(Process, IsToldItsOwnPidWithItsListeners)
{
    auto options = shell("[ \"$LISTEN_PID\" = $$ ] && echo mine");
    const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    options.passed = {socket.get()};
    options.announceListeners = true;
    EXPECT_EQ(outputOf(options), "mine\n");
}

TEST(Process, StartsWithoutOurSignalMask)
{
    sigset_t blocked;
    sigset_t before;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto text = outputOf(shell("grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t\\n'"));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(text, "SigBlk:0000000000000000SigIgn:0000000000000000");
}

TEST(Process, RunsNothingBeforeItIsLetGo)
{
    Pipe pipe;
    auto options = shell("echo ran");
    options.standardOutput = pipe.write.get();
    auto child = Child::hold(options);
    pipe.write.reset();

    pollfd watched{pipe.read.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&watched, 1, 50), 0) << "it ran, or it ended";
    EXPECT_TRUE(startTicksOf(child.pid()));
    EXPECT_EQ(child.go(), 0);
    EXPECT_EQ(pipe.drain(), "ran\n");
    EXPECT_EQ(endOf(child), (ExitStatus{false, 0}));
}

TEST(Process, EndsUnrunWhenItsHolderIsGone)
{
    Pipe pipe;
    auto options = shell("echo ran");
    options.standardOutput = pipe.write.get();
    const auto holder = ::fork();
    if (holder == 0) {
        auto child = Child::hold(options);
        ::_exit(0);
    }
    ::waitpid(holder, nullptr, 0);
    EXPECT_EQ(pipe.drain(), "");
}

TEST(Process, EndsWithWhoeverStartedItWhereThatIsAsked)
{
    Pipe pipe;
    auto options = shell("echo ran; exec sleep 60");
    options.standardOutput = pipe.write.get();
    options.endsWithUs = true;
    const auto starter = ::fork();
    if (starter == 0) {
        auto child = Child::spawn(options);
        ::raise(SIGKILL);
    }
    ::waitpid(starter, nullptr, 0);

    pipe.write.reset();
    pollfd watched{pipe.read.get(), POLLIN, 0};
    while (::poll(&watched, 1, 20'000) == 1 && (watched.revents & POLLIN) != 0) {
        std::array<char, 16> said{}; // "ran", if it came so far
        if (::read(pipe.read.get(), said.data(), said.size()) <= 0) break;
    }
    EXPECT_EQ(watched.revents & POLLHUP, POLLHUP) << "it outlived its starter";
}

TEST(Process, TellsWhyItCouldNotBeExecuted)
{
    SpawnOptions options;
    options.executable = "/etc/passwd";
    options.arguments = {"passwd"};
    auto child = Child::hold(options);
    EXPECT_EQ(child.go(), EACCES);
    endOf(child);
    EXPECT_THROW(Child::spawn(options), std::system_error);
}

TEST(Process, IsSignalledWithItsWholeGroupEvenAsAZombie)
{
    Pipe pipe;
    auto options = shell("sleep 60 & exit 0"); // The sleeper holds the pipe open.
    options.standardOutput = pipe.write.get();
    const auto child = Child::spawn(options);
    pollfd watched{child.pidfd(), POLLIN, 0};
    ASSERT_EQ(::poll(&watched, 1, 20'000), 1);

    child.signalGroup(SIGKILL);

    EXPECT_EQ(pipe.drain(), "");
    EXPECT_EQ(endOf(child), (ExitStatus{false, 0}));
    child.signal(SIGTERM); // An ended child is no error.
}

TEST(ProcessTable, FindsAProcessOnlyByAllThatNamesIt)
{
    const auto self = ::getpid();
    const auto ticks = startTicksOf(self);
    ASSERT_TRUE(ticks);

    EXPECT_TRUE(openProcess(self, *ticks, bootId()));
    EXPECT_FALSE(openProcess(self, *ticks + 1, bootId()));
    EXPECT_FALSE(openProcess(self, *ticks, "another boot"));
    EXPECT_EQ(parentOf(self), ::getppid());
}

TEST(ProcessTable, DoesNotTakeAZombieForAProcess)
{
    const auto child = Child::spawn(shell("exit 0"));
    pollfd watched{child.pidfd(), POLLIN, 0};
    ASSERT_EQ(::poll(&watched, 1, 20'000), 1);
    EXPECT_FALSE(startTicksOf(child.pid()));
    child.reap();
    EXPECT_FALSE(startTicksOf(child.pid()));
}

TEST(ProcessTable, KnowsDescent)
{
    Pipe pipe;
    auto options = shell("sh -c 'echo $$; sleep 60'; true");
    options.standardOutput = pipe.write.get();
    const auto child = Child::spawn(options);
    std::array<char, 32> text{};
    ASSERT_GT(::read(pipe.read.get(), text.data(), text.size() - 1), 0);
    const auto grandchild = static_cast<pid_t>(std::stol(text.data()));

    EXPECT_TRUE(descendsFrom(grandchild, child.pid()));
    EXPECT_TRUE(descendsFrom(child.pid(), child.pid()));
    EXPECT_FALSE(descendsFrom(child.pid(), grandchild));
    EXPECT_FALSE(descendsFrom(::getpid(), child.pid()));

    child.signalGroup(SIGKILL);
    endOf(child);
}

TEST(ProcessTable, BorrowsADescriptorOfAnother)
{
    Pipe pipe;
    const auto self = openProcess(::getpid(), startTicksOf(::getpid()).value_or(0), bootId());
    ASSERT_TRUE(self);
    auto borrowed = borrowDescriptor(self->get(), pipe.write.get());
    if (!borrowed) GTEST_SKIP() << "NOT RUN: pidfd_getfd is not allowed here";
    ASSERT_EQ(::write(borrowed->get(), "x", 1), 1);
    borrowed.reset();
    EXPECT_EQ(pipe.drain(), "x");
    EXPECT_FALSE(borrowDescriptor(self->get(), 9999));
}

} // namespace
} // namespace baton::os
