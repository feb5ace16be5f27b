// What a program gets from whoever runs Baton, and the other way round, as if Baton were not there.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Errors.h"
#include "tests/system/Relay.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

// A zombie has ended; it is whoever adopted it who has not looked yet.
bool hasEnded(pid_t pid)
{
    const auto stat = readFile("/proc/" + std::to_string(pid) + "/stat");
    return stat.empty() || stat.find(") Z ") != std::string::npos;
}

struct Program : Relay {
    RunOptions program(std::string_view lines) const { return {{scratch.actor("1.0.0", lines).string()}}; }
};

TEST_F(Program, EndsBatonWithItsExitCode)
{
    start(program("ready\nsleep 50\nexit 7"));
    EXPECT_EQ(baton->end(), 7);
}

TEST_F(Program, EndsBatonWithItsSignal)
{
    start(program("ready\nsleep 50\nkill 9"));
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

TEST_F(Program, EndsBatonBeforeItIsReady)
{
    start(program("exit 5"));
    EXPECT_EQ(baton->end(), 5);
}

TEST_F(Program, EndsBatonWith69WhenItIsNotReadyInTime)
{
    auto options = program("wait");
    options.options = {"--ready-timeout", "200ms"};
    start(options);

    EXPECT_EQ(baton->end(), 69);
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 was not ready within 200ms"));
}

TEST_F(Program, EndsAsItLikesWhenBatonIsToldToEnd)
{
    ASSERT_TRUE(serves(program("on 15 exit 5\nready\nwait")));
    EXPECT_EQ(stop(), 5);
}

TEST_F(Program, GetsTheSignalsThatBatonGets)
{
    ASSERT_TRUE(serves(program("on 1 say got SIGHUP\non 10 say got SIGUSR1\non 28 say got SIGWINCH\nready\nwait")));

    baton->signal(SIGHUP);
    EXPECT_TRUE(baton->says("got SIGHUP"));
    baton->signal(SIGUSR1);
    EXPECT_TRUE(baton->says("got SIGUSR1"));
    baton->signal(SIGWINCH);
    EXPECT_TRUE(baton->says("got SIGWINCH"));
    EXPECT_TRUE(isServing("1.0.0"));
}

TEST_F(Program, HasTheStandardStreamsOfBaton)
{
    std::array<int, 2> ends{};
    os::check(::pipe2(ends.data(), O_CLOEXEC), "make a pipe");
    os::UniqueFd read(ends[0]);
    os::UniqueFd write(ends[1]);
    auto options = program("ready\ncopy\nexit 0");
    options.standardInput = read.get();

    ASSERT_TRUE(serves(options));
    read.reset();
    EXPECT_EQ(::write(write.get(), "from stdin\n", 11), 11);
    write.reset();

    EXPECT_EQ(baton->end(), 0);
    EXPECT_THAT(baton->said(), HasSubstr("from stdin\n"));
}

TEST_F(Program, SeesItsReleaseAndNothingOfBatonsOptions)
{
    auto options = program("show BATON_RELEASE\nshow BATON_GENERATION\nshow LISTEN_FDS\nshow LISTEN_FDNAMES\n"
                           "show BATON_LOG_LEVEL\nshow BATON_DRAIN_SIGNAL\nshow KEPT\nready\nwait");
    options.environment = {"BATON_LOG_LEVEL=debug", "BATON_DRAIN_SIGNAL=SIGQUIT", "KEPT=yes"};
    options.listen = {"web=127.0.0.1:0", "admin=unix:" + (scratch / "admin.sock").string()};

    ASSERT_TRUE(serves(options));

    EXPECT_THAT(baton->said(), HasSubstr("BATON_RELEASE=1.0.0\nBATON_GENERATION=1\nLISTEN_FDS=2\n"
                                         "LISTEN_FDNAMES=web:admin\nno BATON_LOG_LEVEL\nno BATON_DRAIN_SIGNAL\n"
                                         "KEPT=yes\n"));
}

TEST_F(Program, TakesItsChildrenWithIt)
{
    ASSERT_TRUE(serves(program("child\nready\nwait")));
    const auto child = static_cast<pid_t>(std::stol(baton->word("child ")));

    EXPECT_EQ(stop(), 128 + SIGTERM);

    EXPECT_TRUE(eventually([child] { return hasEnded(child); }));
}

} // namespace
} // namespace baton::system
