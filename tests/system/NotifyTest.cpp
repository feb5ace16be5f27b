// What a program says on NOTIFY_SOCKET, and what becomes of it: its status, its times, its watchdog.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <sys/stat.h>

#include <csignal>
#include <fstream>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";

struct Notify : Relay {
    RunOptions program(const std::string& lines, std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }
};

TEST_F(Notify, ShowsWhatEachGenerationSaysOfItself)
{
    auto options = program("notify STATUS=three rooms open|READY=1\nserve\nexit 0");
    options.probation = "20s";
    ASSERT_TRUE(serves(options));
    EXPECT_EQ(status().release->status, "three rooms open");

    ASSERT_TRUE(update("1.1.0",
                       scratch.actor("1.1.0", "ready\nnotify RELOADING=1|MONOTONIC_USEC=1|STATUS=warming up\nserve"),
                       "1.1.0 on probation"));

    EXPECT_TRUE(eventually([this] { return status().candidate && status().candidate->status == "warming up"; }));
    EXPECT_EQ(status().candidate->notified, "reloading");
    EXPECT_EQ(status().release->status, "three rooms open");
    EXPECT_THAT(control::describe(status()), HasSubstr("reloading: warming up"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Notify, WaitsLongerForReadinessWhenAskedTo)
{
    ASSERT_TRUE(serves(program(Good, {"--ready-timeout", "400ms"})));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "notify EXTEND_TIMEOUT_USEC=20000000\nsleep 1000\nready\nserve"),
                       "1.1.0 committed"));

    EXPECT_TRUE(isServing("1.1.0"));
}

TEST_F(Notify, WaitsLongerForADrainWhenAskedTo)
{
    auto options =
        program("ready\nserve\nnotify EXTEND_TIMEOUT_USEC=20000000|STATUS=two guests left\nsleep 1500\nexit 0");
    options.drain = "500ms";
    ASSERT_TRUE(serves(options));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.0.0 told to drain"));

    EXPECT_TRUE(eventually([this] {
        const auto draining = status().draining;
        return !draining.empty() && draining.front().status == "two guests left";
    }));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Notify, ShowsHowManyConnectionsAreLeftOfOneThatSaysSoByItsStatusAlone)
{
    const auto one = scratch / "one-left";
    const auto none = scratch / "none-left";
    for (const auto& fifo : {one, none}) ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    auto options = program("ready\nserve\nnotify STATUS=draining 2 uploads\nawait " + one.string() +
                           "\nnotify STATUS=draining 1 upload\nawait " + none.string() + "\nexit 0");
    options.drain = "60s";
    ASSERT_TRUE(serves(options));
    EXPECT_FALSE(status().release->connections);
    const auto areLeft = [this](std::int64_t count) {
        return eventually([&] {
            const auto draining = status().draining;
            return !draining.empty() && draining.front().connections == count;
        });
    };

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.0.0 told to drain"));

    EXPECT_TRUE(areLeft(2));
    EXPECT_THAT(control::describe(status()), HasSubstr("connections left: 2: draining 2 uploads"));
    std::ofstream(one).close();
    EXPECT_TRUE(areLeft(1));
    std::ofstream(none).close();
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Notify, NamesTheErrorOfAReleaseThatFails)
{
    ASSERT_TRUE(serves(program(Good)));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "notify ERRNO=98\nexit 1"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(),
                HasSubstr("1.1.0 taken back: it said ERRNO=98, Address already in use (EADDRINUSE), and ended with "
                          "exit code 1 before it was ready"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Notify, GivesOneThatStopsByItselfTheTimeOfADrain)
{
    auto options = program("ready\nsleep 50\nnotify STOPPING=1\nwait");
    options.drain = "300ms";
    start(options);

    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

TEST_F(Notify, GivesOneThatStopsByItselfTheTimeThatItAsksForInTheSameBreath)
{
    auto options = program("ready\nsleep 50\nnotify STOPPING=1|EXTEND_TIMEOUT_USEC=20000000\nsleep 1000\nexit 3");
    options.drain = "300ms";
    start(options);

    EXPECT_EQ(baton->end(), 3);
}

TEST_F(Notify, DoesNotBelieveTheOldReleaseForTheNewOne)
{
    ASSERT_TRUE(
        serves(program("on 10 exit 3\nready\nsay old\nsleep 1500\nnotify-as 2 READY=1|STATUS=stolen\nserve\nexit 0",
                       {"--ready-timeout", "4s"})));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "wait"), "1.1.0 taken back: it was not ready within 4s"));

    EXPECT_THAT(baton->said(), HasSubstr("which is none of this release's"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Notify, OfABatonThatStandsStillMakesTheProgramWaitAndNothingMore)
{
    std::string lines = "ready\nsay begins\nsleep 500\n";
    for (int i = 0; i < 40; ++i) lines += "notify STATUS=line " + std::to_string(i) + '\n';
    ASSERT_TRUE(serves(program(lines + "say goes on\nserve\nexit 0")));

    baton->signal(SIGSTOP);
    EXPECT_FALSE(eventually([this] { return baton->said().find("goes on") != std::string::npos; }, Patience(1500)));
    baton->signal(SIGCONT);

    ASSERT_TRUE(baton->says("goes on"));
    EXPECT_TRUE(eventually([this] { return status().release->status == "line 39"; }));
    EXPECT_EQ(stop(), 0);
}

struct Watchdog : Notify {
    RunOptions watched(const std::string& lines, const std::string& interval = "1s") const
    {
        auto options = program(lines, {"--watchdog", interval});
        options.probation = "20s";
        return options;
    }
};

TEST_F(Watchdog, EndsACandidateThatIsSilentAndTakesItBack)
{
    ASSERT_TRUE(serves(watched("show WATCHDOG_USEC\nready\nserve\nexit 0")));
    EXPECT_THAT(baton->said(), HasSubstr("WATCHDOG_USEC=1000000"));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nwait"), "1.1.0 taken back"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 taken back: it missed its watchdog of 1s and ended with signal 6 "
                                         "(SIGABRT) on probation"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Watchdog, IsSilentWhereTheProgramIs)
{
    ASSERT_TRUE(serves(program("show WATCHDOG_USEC\nshow WATCHDOG_PID\nready\nserve\nexit 0")));
    EXPECT_THAT(baton->said(), HasSubstr("no WATCHDOG_USEC\nno WATCHDOG_PID"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Watchdog, IsMeantForTheProgramAndNobodyElse)
{
    ASSERT_TRUE(serves(watched("show WATCHDOG_PID\nready\nserve\nexit 0", "20s")));
    EXPECT_THAT(baton->said(), HasSubstr("WATCHDOG_PID=" + std::to_string(status().release->pid) + "\n"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Watchdog, KillsOneThatDoesNotAbort)
{
    start(watched("on 6 say asked to abort\nready\nsleep 50\nnotify WATCHDOG=trigger\nwait", "20s"));

    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    EXPECT_THAT(baton->said(), HasSubstr("1.0.0 (generation 1) said WATCHDOG=trigger"));
    EXPECT_THAT(baton->said(), HasSubstr("asked to abort"));
}

TEST_F(Watchdog, MayBeAskedForByTheProgramItself)
{
    start(program("ready\nnotify WATCHDOG_USEC=200000\nwait"));

    EXPECT_EQ(baton->end(), 128 + SIGABRT);
    EXPECT_THAT(baton->said(), HasSubstr("missed its watchdog of 200ms"));
}

} // namespace
} // namespace baton::system
