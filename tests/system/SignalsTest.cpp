// Signals that somebody sends to Baton, in every moment of a hand-off and under load: whom they reach, how often, and
// how all of it ends.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <array>
#include <csignal>
#include <ostream>

namespace baton::system {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t countOf(const std::string& text, const std::string& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
    return count;
}

// Says which of them got what.
std::string hearing(const std::string& version, const std::string& then)
{
    std::string lines;
    for (const auto& [number, name] : {std::pair(SIGHUP, "HUP"), {SIGUSR1, "USR1"}, {SIGWINCH, "WINCH"}})
        lines += "on " + std::to_string(number) + " say " + version + " got " + name + '\n';
    return lines + then;
}

struct Signals : Relay {
    RunOptions program(const std::string& lines, std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }

    // Sent one after the other, so that none falls together with another: each is heard before the next.
    void sendAll(const std::string& by)
    {
        for (const auto& [number, name] : {std::pair(SIGHUP, "HUP"), {SIGUSR1, "USR1"}, {SIGWINCH, "WINCH"}}) {
            const auto line = by + " got " + name + '\n';
            const auto before = countOf(baton->said(), line);
            baton->signal(number);
            EXPECT_TRUE(eventually([&] { return countOf(baton->said(), line) > before; })) << line;
            ++sent;
        }
    }
    std::size_t heard() const { return countOf(baton->said(), " got "); }

    std::size_t sent = 0;
};

using Fault20 = Signals;

constexpr const char* WithoutHandlersYet = "sleep 300\n";

TEST_F(Fault20, EachSignalReachesTheServingGenerationOnceAndNeverACandidate)
{
    auto options = program(hearing("1.0.0", "ready\nserve\nexit 0"));
    options.probation = "700ms";
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "64"});
    const auto candidate = WithoutHandlersYet + hearing("1.1.0", "ready\nserve\nexit 0");

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", candidate), "1.1.0 starts beside"));
    sendAll("1.0.0");
    ASSERT_TRUE(baton->says("1.1.0 on probation beside"));
    sendAll("1.0.0");
    ASSERT_TRUE(baton->says("1.1.0 serves alone"));
    sendAll("1.1.0");
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    sendAll("1.1.0");

    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(heard(), sent);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault20, ASignalInTheGapOfARestartWaitsForTheOneThatComes)
{
    auto options = program(hearing("1.0.0", "ready\nserve\nsleep 300\nexit 0"), {"--handoff", "restart"});
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "64"});
    const auto candidate = WithoutHandlersYet + hearing("1.1.0", "ready\nserve\nexit 0");

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", candidate), "1.1.0 waits for 1.0.0 to end"));
    baton->signal(SIGUSR1);
    ASSERT_TRUE(baton->says("1.1.0 starts; clients wait in the queue"));
    baton->signal(SIGHUP);
    baton->signal(SIGHUP); // The same as one while it waits, as the kernel has it.

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.1.0 got USR1\n"));
    EXPECT_TRUE(baton->says("1.1.0 got HUP\n"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(heard(), 2U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault20, ASignalDuringARollbackReachesTheReleaseThatComesBack)
{
    ASSERT_TRUE(serves(program("sleep 200\n" + hearing("1.0.0", "ready\nserve\nexit 0"), {"--handoff", "restart"})));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "ready\nsleep 50\nexit 3"), "going back to 1.0.0"));
    baton->signal(SIGHUP);

    ASSERT_TRUE(baton->says("1.0.0 got HUP"));
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(heard(), 1U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, ReachAllOfTheProgramsProcessGroupWhereThatIsSaid)
{
    const std::string both = "on 10 say got USR1\non 15 exit 0\nchild\nready\nwait";
    ASSERT_TRUE(serves(program(both, {"--signal-to", "group"})));

    baton->signal(SIGUSR1);

    EXPECT_TRUE(eventually([this] { return countOf(baton->said(), "got USR1\n") == 2; })) << "it and its child";
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, ReachTheProgramAloneWhereNothingIsSaid)
{
    ASSERT_TRUE(serves(program("on 10 say got USR1\non 12 say got USR2\non 15 exit 0\nchild\nready\nwait")));

    baton->signal(SIGUSR1);
    ASSERT_TRUE(baton->says("got USR1"));
    baton->signal(SIGUSR2);
    ASSERT_TRUE(baton->says("got USR2"));

    EXPECT_EQ(countOf(baton->said(), "got USR1\n"), 1U);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, OfLimitsThatAPersonSendsReachTheProgramAndEndNobody)
{
    ASSERT_TRUE(serves(program("on 24 say got XCPU\non 25 say got XFSZ\nready\nserve\nexit 0")));

    for (const auto& [number, name] : {std::pair(SIGXCPU, "XCPU"), {SIGXFSZ, "XFSZ"}}) {
        baton->signal(number);
        EXPECT_TRUE(baton->says(std::string("got ") + name));
    }

    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, OfFaultsEndBatonAndLeaveTheProgramToTheNextOne)
{
    ASSERT_TRUE(serves(program("ready\nserve\nexit 0")));

    baton->signal(SIGTRAP);
    EXPECT_EQ(baton->end(), 128 + SIGTRAP);
    EXPECT_EQ(ask(), "1.0.0\n") << "the program serves on";

    restart();
    EXPECT_TRUE(comesToServe("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, OfRealTimeAllCome)
{
    const auto number = SIGRTMIN + 2;
    ASSERT_TRUE(serves(program("on " + std::to_string(number) + " say got one\non 15 exit 0\nready\nwait")));

    for (int i = 0; i < 20; ++i) baton->signal(number);

    EXPECT_TRUE(eventually([this] { return countOf(baton->said(), "got one\n") == 20; }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, MeanWhatOnSignalSays)
{
    const auto config = scratch / "web.properties";
    scratch.write("web.properties", "listen = web=127.0.0.1:0\n");
    auto options = program("on 1 say got HUP\non 10 say got USR1\non 12 say got USR2\non 28 say got WINCH\n"
                           "on 3 exit 9\nready\nserve\nexit 0",
                           {"--config", config.string(), "--on-signal", "SIGHUP=reload", "--on-signal", "USR2=restart",
                            "--on-signal", "WINCH=ignore", "--on-signal", "ALRM=USR1", "--on-signal", "TERM=QUIT"});
    options.listen = {};
    ASSERT_TRUE(serves(options));

    baton->signal(SIGHUP);
    EXPECT_TRUE(baton->says("reload: nothing has changed"));
    baton->signal(SIGWINCH);
    baton->signal(SIGALRM);
    EXPECT_TRUE(baton->says("got USR1"));
    baton->signal(SIGUSR2);
    EXPECT_TRUE(baton->says("a person wants 1.0.0 started anew"));
    EXPECT_TRUE(baton->says("1.0.0 committed"));
    EXPECT_TRUE(eventually([this] { return status().release && status().release->generation == 2; }));

    EXPECT_EQ(stop(), 9) << "it got SIGQUIT for SIGTERM";
    for (const auto* unheard : {"got HUP", "got USR2", "got WINCH"})
        EXPECT_THAT(baton->said(), Not(HasSubstr(unheard)));
}

TEST_F(Signals, MayAskTheServerForAnUpdate)
{
    ASSERT_TRUE(serves(program("ready\nserve\nexit 0", {"--on-signal", "SIGUSR2=update"})));
    publish("1.1.0", scratch.actor("1.1.0", "ready\nserve\nexit 0"));

    baton->signal(SIGUSR2);

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Signals, ThatWhoeverStartedBatonIgnoresAreIgnoredByTheProgramToo)
{
    auto options = program("on 10 say got USR1\nready\nserve\nexit 0");
    auto command = commandFor(options);
    command.arguments.front() = command.executable;
    command.arguments.insert(command.arguments.begin(), "nohup");
    command.executable = "/usr/bin/nohup";
    const Running nohup(command, scratch / "nohup.log");
    ASSERT_TRUE(nohup.says("1.0.0 serves"));

    nohup.signal(SIGHUP);
    nohup.signal(SIGUSR1);

    EXPECT_TRUE(nohup.says("got USR1"));
    EXPECT_TRUE(comesToServe("1.0.0")) << "SIGHUP is nothing to it";
}

// Everything ends at whatever moment SIGTERM comes, with the code of the one that serves.
struct Moment {
    const char* name;
    const char* line;
    int code;
    std::vector<std::string> options{};
    const char* candidate = "ready\nserve\nexit 6";

    friend void PrintTo(const Moment& moment, std::ostream* out) { *out << moment.line; }
};

struct Fault19 : Signals, ::testing::WithParamInterface<Moment> {};

TEST_P(Fault19, SigtermEndsAllWithTheCodeOfTheOneThatServes)
{
    const auto& moment = GetParam();
    auto options = program("ready\nserve\nsleep 100\nexit 5", moment.options);
    options.probation = "400ms";
    ASSERT_TRUE(serves(options));
    Clients clients(scratch, web, {"--new", "64"});
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", moment.candidate), moment.line));

    const int code = stop();

    EXPECT_EQ(code, moment.code);
    EXPECT_TRUE(eventually([] { return livingOrphans().size() == 1; })) << "the clients alone";
    clients.stop();
    EXPECT_TRUE(store().loadState()->blocked.empty()) << "it was not the release's fault";
    EXPECT_TRUE(stateIsWhole());
}

INSTANTIATE_TEST_SUITE_P(
    at, Fault19,
    ::testing::Values(Moment{"Staging", "its digest is right", 5}, Moment{"Starting", "1.1.0 starts beside", 5},
                      Moment{"Unready", "1.1.0 starts beside", 5, {}, "wait"},
                      Moment{"Beside", "1.1.0 on probation beside", 5}, Moment{"Alone", "1.1.0 serves alone", 6},
                      Moment{"Committed", "1.1.0 committed", 6},
                      Moment{"Switching", "1.1.0 waits for 1.0.0 to end", 5, {"--handoff", "restart"}},
                      Moment{"InTheGap", "1.1.0 starts; clients", 128 + SIGTERM, {"--handoff", "restart"}, "wait"}),
    [](const auto& moment) { return std::string(moment.param.name); });

} // namespace
} // namespace baton::system
