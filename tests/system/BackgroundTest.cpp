// --daemon and --pidfile, for init scripts: when they come back, with what code and message, and what they leave.
// SPDX-License-Identifier: Apache-2.0
#include "client/os/Listening.h"
#include "tests/system/Pty.h"
#include "tests/system/Relay.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

constexpr const char* Good = "ready\nserve\nexit 0";

struct Background : Relay {
    fs::path pidFile = scratch / "web.pid";
    fs::path log = scratch / "web.log";

    RunOptions program(const std::string& lines, std::vector<std::string> more = {}) const
    {
        std::vector<std::string> options{"--daemon", "--pidfile", pidFile.string(), "--log-file", log.string()};
        options.insert(options.end(), more.begin(), more.end());
        return {{scratch.actor("1.0.0", lines).string()}, std::move(options)};
    }

    // The exit code of the process that was started; `said` is what it wrote.
    int run(const RunOptions& options)
    {
        Running first(commandFor(options), scratch / "first.log");
        const int code = first.end();
        said = first.said();
        return code;
    }

    pid_t pid() const
    {
        const auto text = readFile(pidFile);
        return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
    }
    bool endsBy(int signal) const
    {
        const auto daemon = pid();
        if (daemon <= 1) return false;
        ::kill(daemon, signal);
        return eventually([&] {
            livingOrphans(); // It is our child by now: somebody has to look at its end.
            return stateOf(daemon) == '?';
        });
    }

    std::string said;
};

TEST_F(Background, IsReachedWhenTheFirstReleaseServes)
{
    ASSERT_EQ(run(program("sleep 300\n" + std::string(Good))), 0) << said;

    EXPECT_TRUE(isServing("1.0.0")) << "it did not come back before that";
    EXPECT_EQ(readFile(pidFile), std::to_string(pid()) + "\n");
    EXPECT_EQ(childrenOf(pid()).size(), 2U) << "the program and the agent";
    EXPECT_EQ(::getsid(pid()) == ::getsid(0), false);
    EXPECT_NE(::getsid(pid()), pid()) << "who leads a session may get a terminal";
    const auto proc = fs::path("/proc") / std::to_string(pid()) / "fd";
    EXPECT_EQ(fs::read_symlink(proc / "0"), "/dev/null");
    EXPECT_EQ(fs::read_symlink(proc / "1"), log);
    EXPECT_EQ(fs::read_symlink(proc / "2"), log);
    EXPECT_THAT(readFile(log), HasSubstr("baton: 1.0.0 serves"));
    EXPECT_TRUE(endsBy(SIGTERM));
    EXPECT_FALSE(fs::exists(pidFile));
}

TEST_F(Background, UpdatesAsInTheForegroundUnderLoad)
{
    auto options = program("");
    options.command = {scratch.copyOf(HELLO, "1.0.0").string()};
    ASSERT_EQ(run(options), 0) << said;
    const auto daemon = pid();
    const auto text = readFile(log);
    const auto at = text.find("web=127.0.0.1:") + 4;
    web = text.substr(at, text.find_first_of(" \n", at) - at);
    Clients clients(scratch, web, {"--new", "64", "--kept", "64"});

    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    check();

    EXPECT_TRUE(comesToServe("1.1.0"));
    EXPECT_EQ(pid(), daemon);
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(endsBy(SIGTERM));
}

TEST_F(Background, TellsWhyTheFirstReleaseFailed)
{
    EXPECT_EQ(run(program("exit 3")), 3);
    EXPECT_THAT(said, HasSubstr("baton: 1.0.0: it ended with exit code 3 before it was ready"));

    state = scratch / "second"; // A store that has a release prefers that to the same version anew.
    EXPECT_EQ(run(program("wait", {"--ready-timeout", "200ms"})), 69);
    EXPECT_THAT(said, HasSubstr("1.0.0 was not ready within 200ms"));

    state = scratch / "third";
    EXPECT_EQ(run(program("kill 9")), 128 + SIGKILL);
    EXPECT_FALSE(fs::exists(pidFile));
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

TEST_F(Background, TellsWhyItCannotBegin)
{
    auto missing = program(Good);
    missing.command = {(scratch / "nowhere").string()};
    EXPECT_NE(run(missing), 0);
    EXPECT_THAT(said, HasSubstr("nowhere"));

    auto taken = program(Good);
    const auto socket = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    taken.listen = {"web=" + os::boundAddress(socket.get())};
    EXPECT_EQ(run(taken), 69);
    EXPECT_THAT(said, HasSubstr("Address already in use"));

    auto unwritable = program(Good);
    unwritable.options = {"--daemon", "--pidfile", (scratch / "no" / "web.pid").string()};
    EXPECT_EQ(run(unwritable), 73);
    EXPECT_THAT(said, HasSubstr("--pidfile"));

    auto unloggable = program(Good);
    unloggable.options = {"--daemon", "--log-file", scratch.path().string()};
    EXPECT_EQ(run(unloggable), 73);
    EXPECT_THAT(said, HasSubstr("--log-file"));
}

TEST_F(Background, IsRefusedWhereItWouldBeLost)
{
    auto notified = program(Good);
    notified.environment = {"NOTIFY_SOCKET=/run/nobody"};
    EXPECT_EQ(run(notified), 64);
    EXPECT_THAT(said, HasSubstr("NOTIFY_SOCKET; leave --daemon out"));

    auto foreground = program(Good);
    foreground.options = {"--log-file", log.string()};
    EXPECT_EQ(run(foreground), 64);
    EXPECT_THAT(said, HasSubstr("--log-file is for --daemon"));
}

TEST_F(Background, PidFileIsNoWayIntoAnotherFile)
{
    scratch.write("precious", "what nobody wants to lose, and no pid");
    fs::create_symlink(scratch / "precious", pidFile);
    ASSERT_EQ(run(program(Good)), 0) << said;

    EXPECT_FALSE(fs::is_symlink(pidFile));
    EXPECT_EQ(readFile(scratch / "precious"), "what nobody wants to lose, and no pid");
    ASSERT_TRUE(endsBy(SIGTERM));

    auto mistyped = program(Good);
    mistyped.options = {"--daemon", "--pidfile", (scratch / "precious").string()};
    EXPECT_EQ(run(mistyped), 73);
    EXPECT_THAT(said, HasSubstr("is no file of a pid"));
    EXPECT_EQ(readFile(scratch / "precious"), "what nobody wants to lose, and no pid");
}

TEST_F(Background, PidFileIsRemovedOnlyWhileItIsItsOwn)
{
    scratch.write("web.pid", "4194304\n"); // Of one that died: it is not read, and it is replaced.
    ASSERT_EQ(run(program(Good)), 0) << said;
    const auto daemon = pid();
    EXPECT_NE(daemon, 4194304);
    fs::rename(pidFile, scratch / "other");
    scratch.write("web.pid", "1\n");

    ::kill(daemon, SIGTERM);
    EXPECT_TRUE(eventually([&] {
        livingOrphans();
        return stateOf(daemon) == '?';
    }));

    EXPECT_EQ(readFile(pidFile), "1\n");
}

TEST_F(Background, PidFileIsThereInTheForegroundToo)
{
    auto options = program(Good);
    options.options = {"--pidfile", pidFile.string()};
    ASSERT_TRUE(serves(options));

    EXPECT_EQ(pid(), baton->pid());
    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(fs::exists(pidFile));
}

// A program that carries Baton in it takes the same options.
struct OwnBackground : Background {
    fs::path hello = scratch.copyOf(HELLO, "1.0.0");

    Command own(const std::vector<std::string>& options, const std::string& listener = "web=127.0.0.1:0") const
    {
        RunOptions run{{}, options};
        run.listen = {listener};
        auto command = commandFor(run);
        auto& words = command.arguments;
        words.erase(words.begin(), words.begin() + 2); // baton run
        words.erase(std::find(words.begin(), words.end(), "--"), words.end());
        words.insert(words.begin(), "hello-server");
        command.executable = hello.string();
        return command;
    }
    std::vector<std::string> all() const
    {
        return {"--daemon", "--pidfile", pidFile.string(), "--log-file", log.string()};
    }
    int runOwn(const Command& command)
    {
        Running first(command, scratch / "first.log");
        const int code = first.end();
        said = first.said();
        return code;
    }
};

TEST_F(OwnBackground, OfASelfUpdatingProgramIsReachedWhenItServesAndUpdatesItself)
{
    ASSERT_EQ(runOwn(own(all())), 0) << said;
    const auto daemon = pid();

    ASSERT_TRUE(isServing("1.0.0")) << "it did not come back before that";
    EXPECT_EQ(readFile(pidFile), std::to_string(daemon) + "\n");
    EXPECT_EQ(childrenOf(daemon).size(), 2U) << "the program and the agent";
    EXPECT_NE(::getsid(daemon), ::getsid(0));
    EXPECT_NE(::getsid(daemon), daemon) << "who leads a session may get a terminal";
    const auto proc = fs::path("/proc") / std::to_string(daemon) / "fd";
    EXPECT_EQ(fs::read_symlink(proc / "0"), "/dev/null");
    EXPECT_EQ(fs::read_symlink(proc / "1"), log);
    EXPECT_EQ(fs::read_symlink(proc / "2"), log);
    ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();
    EXPECT_TRUE(comesToServe("1.1.0"));
    EXPECT_EQ(pid(), daemon);
    EXPECT_TRUE(eventually([this] { return readFile(log).find("baton: 1.1.0 committed") != std::string::npos; }));
    EXPECT_TRUE(endsBy(SIGTERM));
    EXPECT_FALSE(fs::exists(pidFile));
}

TEST_F(OwnBackground, PidFileOfASelfUpdatingProgramIsThereInTheForegroundToo)
{
    baton.emplace(own({"--pidfile", pidFile.string()}), scratch / "baton-1.log");
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    EXPECT_EQ(pid(), baton->pid());
    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(fs::exists(pidFile));
}

TEST_F(OwnBackground, LogFileOfASelfUpdatingProgramIsForTheBackground)
{
    EXPECT_EQ(runOwn(own({"--log-file", log.string()})), 64);
    EXPECT_THAT(said, HasSubstr("--log-file is for --daemon"));
    EXPECT_FALSE(fs::exists(log));

    EXPECT_EQ(runOwn(own({"--daemon", "--log-file", scratch.path().string()})), 73);
    EXPECT_THAT(said, HasSubstr("--log-file"));
}

TEST_F(OwnBackground, OfASelfUpdatingProgramTellsWhyItCannotBegin)
{
    const auto socket = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    EXPECT_EQ(runOwn(own(all(), "web=" + os::boundAddress(socket.get()))), 69);
    EXPECT_THAT(said, HasSubstr("Address already in use"));
    EXPECT_TRUE(eventually([this] { return readFile(log).find("Address already in use") != std::string::npos; }));
    EXPECT_FALSE(fs::exists(pidFile));

    EXPECT_EQ(runOwn(own({"--daemon", "--pidfile", (scratch / "no" / "web.pid").string()})), 73);
    EXPECT_THAT(said, HasSubstr("--pidfile"));
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

// What docs/examples shows, with places of the test's own.
TEST_F(Background, IsWhatTheInitScriptOfTheExamplesStartsAndStops)
{
    auto command = commandFor(program(""));
    std::string options = "OPTIONS='";
    for (std::size_t i = 2; command.arguments[i] != "--daemon"; ++i)
        if (command.arguments[i - 1] != "--state-dir" && command.arguments[i] != "--state-dir")
            options += command.arguments[i] + ' ';
    auto script = readFile(SYSV);
    const std::string defaults = "/etc/default/web";
    for (auto at = script.find(defaults); at != std::string::npos; at = script.find(defaults, at + 1))
        script.replace(at, defaults.size(), (scratch / "defaults").string());
    scratch.write("web", script);
    scratch.write("defaults", "BATON='" BATON "'\nPROGRAM='" + scratch.actor("1.0.0", Good).string() + "'\n" + options +
                                  "'\nSTATE='" + state.string() + "'\nPIDFILE='" + pidFile.string() + "'\nLOGFILE='" +
                                  log.string() + "'\n");
    const auto init = [&](const std::string& word) {
        Running run({"/bin/sh", {"sh", (scratch / "web").string(), word}}, scratch / ("init-" + word + ".log"));
        const int code = run.end();
        said = run.said();
        livingOrphans();
        return code;
    };

    EXPECT_EQ(init("status"), 69);
    EXPECT_EQ(init("stop"), 0) << "of what does not run";
    ASSERT_EQ(init("start"), 0) << said;
    const auto first = pid();
    EXPECT_EQ(init("status"), 0);
    EXPECT_EQ(init("start"), 0) << "once more, and it runs already";
    EXPECT_EQ(pid(), first);
    EXPECT_EQ(init("restart"), 0) << said;
    EXPECT_NE(pid(), first);
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(init("stop"), 0) << said;
    EXPECT_FALSE(fs::exists(pidFile));
    EXPECT_EQ(init("nonsense"), 2);
}

} // namespace
} // namespace baton::system
