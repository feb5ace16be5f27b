// Baton as process 1 of a pid namespace, as a container's init: it takes every signal, looks at every end, and ends
// with the program's code. SPDX-License-Identifier: Apache-2.0
#include "tests/system/Pty.h"
#include "tests/system/Relay.h"

#include <unistd.h>

#include <csignal>
#include <sstream>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";
constexpr const char* Unshare = "/usr/bin/unshare";

bool canUnshare(const fs::path& log)
{
    if (::geteuid() != 0 || !fs::exists(Unshare)) return false;
    Running tried({Unshare, {"unshare", "--fork", "--pid", "--mount-proc", "true"}}, log);
    return tried.end() == 0;
}

struct Container : Relay {
    void SetUp() override
    {
        if (!canUnshare(scratch / "unshare.log"))
            GTEST_SKIP() << "NOT RUN: no pid namespace can be made here (it takes root, and unshare of util-linux)";
    }

    RunOptions program(const std::string& lines, std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }

    // `between` stands between unshare and Baton.
    Command contained(const RunOptions& options, const std::vector<std::string>& between = {}) const
    {
        auto command = commandFor(options);
        auto& words = command.arguments;
        words.front() = command.executable;
        words.insert(words.begin(), between.begin(), between.end());
        words.insert(words.begin(), {"unshare", "--fork", "--kill-child", "--pid", "--mount-proc"});
        command.executable = Unshare;
        return command;
    }

    void begin(const RunOptions& options)
    {
        baton.emplace(contained(options), scratch / "baton-1.log");
        ASSERT_TRUE(baton->says("1.0.0 serves"));
        const auto listening = baton->word("listening on ");
        web = listening.substr(listening.find('=') + 1);
        ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
        const auto inside = childrenOf(baton->pid());
        ASSERT_EQ(inside.size(), 1U);
        one = inside.front();
        ASSERT_THAT(readFile("/proc/" + std::to_string(one) + "/status"), HasSubstr("\t1\n"))
            << "it is process 1 there";
    }

    std::size_t zombies() const
    {
        std::size_t count = 0;
        for (const auto pid : childrenOf(one)) count += stateOf(pid) == 'Z' ? 1 : 0;
        return count;
    }

    pid_t one = 0; // as it is seen from outside
};

TEST_F(Container, EndsBySigtermWithTheProgramsCode)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("on 15 exit 5\nready\nwait")));

    ::kill(one, SIGTERM);

    EXPECT_EQ(baton->end(), 5);
}

TEST_F(Container, EndsAProgramThatHasNoHandlerAsProcessOneWouldNotBe)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("ready\nwait")));

    ::kill(one, SIGTERM);

    EXPECT_EQ(baton->end(), 128 + SIGTERM);
}

TEST_F(Container, EndsWhenTheProgramDoes)
{
    baton.emplace(contained(program("ready\nsleep 50\nexit 7")), scratch / "baton-1.log");
    EXPECT_EQ(baton->end(), 7);
}

TEST_F(Container, EndsBySigtermBeforeTheProgramIsReady)
{
    baton.emplace(contained(program("say begins\nwait")), scratch / "baton-1.log");
    ASSERT_TRUE(baton->says("begins"));

    ::kill(childrenOf(baton->pid()).front(), SIGTERM);

    EXPECT_EQ(baton->end(), 128 + SIGTERM);
}

TEST_F(Container, PassesSignalsOnThatWouldBeNothingToProcessOne)
{
    ASSERT_NO_FATAL_FAILURE(begin(program("on 1 say got HUP\non 10 say got USR1\non 28 say got WINCH\nready\nwait")));

    ::kill(one, SIGHUP);
    EXPECT_TRUE(baton->says("got HUP"));
    ::kill(one, SIGUSR1);
    EXPECT_TRUE(baton->says("got USR1"));
    ::kill(one, SIGWINCH);
    EXPECT_TRUE(baton->says("got WINCH"));
}

TEST_F(Container, LooksAtTheEndOfEveryOrphan)
{
    std::string lines = "ready\n";
    for (int i = 0; i < 20; ++i) lines += "orphan " + std::to_string(i * 10) + '\n';
    // And one that the program knows nothing of, with an environment of its own.
    lines += "run env -i /usr/bin/setsid -f sleep 0.2\n";
    ASSERT_NO_FATAL_FAILURE(begin(program(lines + "say all left\nserve\nexit 0")));
    ASSERT_TRUE(baton->says("all left"));

    EXPECT_TRUE(eventually([this] { return childrenOf(one).size() == 2; })) << "the program and the agent";
    EXPECT_EQ(zombies(), 0U);
    ASSERT_TRUE(
        update("1.1.0", scratch.actor("1.1.0", "orphan 0\norphan 50\n" + std::string(Good)), "1.1.0 committed"));
    EXPECT_TRUE(eventually([this] { return childrenOf(one).size() == 2; }));
    EXPECT_EQ(zombies(), 0U);
    ::kill(one, SIGTERM);
    EXPECT_EQ(baton->end(), 0);
}

TEST_F(Container, HandsOverUnderLoad)
{
    ASSERT_NO_FATAL_FAILURE(begin({{scratch.copyOf(HELLO, "1.0.0").string()}}));
    Clients clients(scratch, web, {"--new", "64", "--kept", "64"});

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", "exit 3"), "1.2.0 taken back"));

    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    ::kill(one, SIGTERM);
    EXPECT_EQ(baton->end(), 0);
}

TEST_F(Container, WithATerminalEndsByCtrlCAndHasNobodyToStopItFor)
{
    Pty pty;
    auto options = program(Good);
    options.standardInput = options.standardOutput = options.standardError = pty.programsEnd();
    const Running outside(contained(options, {"setsid", "--ctty"}), scratch / "outside.log");
    pty.closeProgramsEnd();
    ASSERT_TRUE(pty.shows("1.0.0 serves"));
    ASSERT_TRUE(comesToServe("1.0.0"));
    const auto address = pty.screen().substr(pty.screen().find("web=127.0.0.1:") + 4);
    web = address.substr(0, address.find_first_of(" \r\n"));

    pty.type(CtrlZ); // No shell could ever continue it.
    EXPECT_EQ(ask(), "1.0.0\n");
    publish("1.1.0", scratch.actor("1.1.0", "ready\nread\nserve\nexit 0"));
    check();
    EXPECT_TRUE(comesToServe("1.1.0"));
    pty.type("a line\n");
    EXPECT_TRUE(pty.shows("1.1.0 read a line"));
    pty.type(CtrlC);

    EXPECT_TRUE(eventually([&] { return outside.hasEnded(); }));
    EXPECT_THAT(pty.screen(), HasSubstr("1.1.0 ended with signal 2 (SIGINT)"));
}

} // namespace
} // namespace baton::system
