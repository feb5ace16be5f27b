// Another Baton takes over from each kind of Baton: of several programs, and one that is a part of its program.
// SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "tests/system/Pty.h"
#include "tests/system/Several.h"
#include "tests/system/Successor.h"

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <string>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

struct OfSeveral : Several {
    void takeOver()
    {
        std::string said;
        const auto other = anotherBaton(scratch, "other");
        ASSERT_EQ(command({"upgrade-self", "--to", other.string()}, said), 0) << said;
        ASSERT_EQ(executableOf(baton->pid()), other.parent_path() / "baton-supervisor");
    }
    fs::path hello(const std::string& version) const { return scratch.copyOf(HELLO, version); }
};

TEST_F(OfSeveral, EachProgramGoesOnByItself)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")},
                       {"mortal", scratch.actor("1.0.0", "on 10 exit 7\nready\nserve\nexit 0")},
                       {"web", hello("1.0.0")}}));
    ::kill(of("mortal").release->pid, SIGUSR1);
    ASSERT_TRUE(baton->says("mortal has ended for good, with exit code 7; the others go on"));
    const auto before = of("web").release->pid;
    Clients clients(scratch, address("web"), {"--new", "100", "--kept", "100"});

    takeOver();

    EXPECT_EQ(of("web").release->pid, before);
    EXPECT_EQ(of("mortal").state, "ended");
    EXPECT_EQ(of("mortal").exitCode, 7);
    publish("web", "1.1.0", hello("1.1.0"));
    say("program web update");
    ASSERT_TRUE(comesToServe("web", "1.1.0"));
    publish("api", "2.0.0", hello("2.0.0"));
    say("program api update");
    ASSERT_TRUE(comesToServe("api", "2.0.0"));
    EXPECT_THAT(say("program mortal restart"), HasSubstr("accepted"));
    ASSERT_TRUE(eventually([&] { return isServing("mortal", "1.0.0"); }));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_THAT(historyOf("web"), ElementsAre("committed 1.1.0"));
    EXPECT_EQ(stop(), 7) << "the first that was not 0, remembered";
}

TEST_F(OfSeveral, AGroupGoesOnTogether)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0"), "group = shop\n"}, {"web", hello("1.0.0"), "group = shop\n"}},
                      "probation = 8s\nprobation-alone = 200ms\n"));
    Clients clients(scratch, address("web"), {"--new", "100", "--kept", "100"});
    publish("web", "1.1.0", hello("1.1.0"));
    publish("api", "2.0.0", hello("2.0.0"));
    say("program web update");
    const auto both = [this] { return of("web").state == "probationBeside" && of("api").state == "probationBeside"; };
    ASSERT_TRUE(eventually(both));

    takeOver();

    EXPECT_TRUE(both()) << "the test is too slow for what it says";
    ASSERT_TRUE(baton->says("web: 1.1.0 committed"));
    ASSERT_TRUE(baton->says("api: 2.0.0 committed"));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_TRUE(eventually([this] { return !fs::exists(state / "groups" / "shop.json"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(OfSeveral, WhatIsSaidForTheWholeBatonHoldsStill)
{
    const auto pidFile = scratch / "shop.pid";
    const auto listens = "on 1 say got HUP\non 10 say got USR1\nready\nserve\nexit 0";
    ASSERT_TRUE(serve({{"api", scratch.actor("1.0.0", listens)}, {"web", hello("1.0.0")}},
                      "pidfile = " + pidFile.string() + "\non-signal = USR1=HUP, USR2=upgrade\n"));
    const auto text = readFile(pidFile);

    takeOver();

    EXPECT_EQ(readFile(pidFile), text);
    ::kill(of("web").release->pid, SIGSTOP); // It has no handler for what the other is told.
    baton->signal(SIGUSR1);
    EXPECT_TRUE(baton->says("got HUP\n"));
    EXPECT_THAT(baton->said(), Not(HasSubstr("got USR1")));
    baton->signal(SIGUSR2);
    EXPECT_TRUE(baton->says("SIGUSR2: upgrade"));
    EXPECT_TRUE(eventually([this] {
        const auto said = baton->said();
        return said.find("has taken over from", said.find("has taken over from") + 1) != std::string::npos;
    }));
    EXPECT_TRUE(isServing("api", "1.0.0"));
    ::kill(of("web").release->pid, SIGKILL);
    ASSERT_TRUE(baton->says("web has ended for good"));
    EXPECT_EQ(stop(), 128 + SIGKILL);
    EXPECT_FALSE(fs::exists(pidFile));
}

TEST_F(OfSeveral, AGroupThatWaitsForAPersonGoesOnWhenHeHasSpoken)
{
    ASSERT_TRUE(serve(
        {{"api", hello("1.0.0"), "group = shop\napprove = manual\n"}, {"web", hello("1.0.0"), "group = shop\n"}}));
    publish("web", "1.1.0", hello("1.1.0"));
    publish("api", "2.0.0", hello("2.0.0"));
    say("program web update");
    const auto waits = [this] {
        const auto held = of("web").waiting;
        return held && held->reason == "its group shop waits for api" && of("api").offered.has_value();
    };
    ASSERT_TRUE(eventually(waits));

    takeOver();

    EXPECT_TRUE(waits());
    EXPECT_THAT(say("program api approve 2.0.0"), HasSubstr("accepted"));
    EXPECT_TRUE(comesToServe("api", "2.0.0"));
    EXPECT_TRUE(comesToServe("web", "1.1.0"));
    EXPECT_THAT(baton->said(), HasSubstr("group shop commits: api 2.0.0, web 1.1.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(OfSeveral, AGroupIsTakenBackTogether)
{
    const auto mortal = [this](const std::string& version) {
        return scratch.actor(version, "on 10 exit 7\nready\nserve\nexit 0");
    };
    ASSERT_TRUE(serve({{"api", mortal("1.0.0"), "group = shop\n"}, {"web", hello("1.0.0"), "group = shop\n"}},
                      "probation = 200ms\nprobation-alone = 20s\n"));
    publish("web", "1.1.0", hello("1.1.0"));
    publish("api", "2.0.0", mortal("2.0.0"));
    say("program web update");
    const auto both = [this] { return of("web").state == "probationAlone" && of("api").state == "probationAlone"; };
    ASSERT_TRUE(eventually(both));

    takeOver();

    EXPECT_TRUE(both()) << "the test is too slow for what it says";
    ::kill(of("api").candidate->pid, SIGUSR1);
    EXPECT_TRUE(comesToServe("api", "1.0.0"));
    EXPECT_TRUE(comesToServe("web", "1.0.0"));
    EXPECT_THAT(historyOf("api"), ElementsAre("rolledBack 2.0.0"));
    EXPECT_THAT(historyOf("web"), ElementsAre("failed 1.1.0"));
    EXPECT_TRUE(eventually([this] { return !fs::exists(state / "groups" / "shop.json"); }));
    EXPECT_EQ(stop(), 0);
}

struct OfTheBackground : Succeeded {
    fs::path pidFile = scratch / "web.pid";
    fs::path log = scratch / "web.log";
    fs::path other = anotherBaton("other");

    Command daemon(const std::string& lines) const
    {
        return commandFor({{scratch.actor("1.0.0", lines).string()},
                           {"--daemon", "--pidfile", pidFile.string(), "--log-file", log.string()}});
    }
    pid_t pid() const
    {
        const auto text = readFile(pidFile);
        return text.empty() ? 0 : static_cast<pid_t>(std::stol(text));
    }
    bool isOther() const { return executableOf(pid()) == other.parent_path() / "baton-supervisor"; }
    void endsBySigterm() const
    {
        const auto daemon = pid();
        ASSERT_GT(daemon, 1);
        ::kill(daemon, SIGTERM);
        EXPECT_TRUE(eventually([&] {
            livingOrphans(); // It is our child by now.
            return stateOf(daemon) == '?';
        }));
    }
};

TEST_F(OfTheBackground, PidFileAndLogStayItsOwn)
{
    Running first(daemon("ready\nserve\nexit 0"), scratch / "first.log");
    ASSERT_EQ(first.end(), 0) << first.said();
    const auto before = pid();
    const auto descriptor = [&](const char* number) {
        return fs::read_symlink("/proc/" + std::to_string(before) + "/fd/" + number);
    };

    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();

    EXPECT_TRUE(isOther());
    EXPECT_EQ(pid(), before);
    EXPECT_EQ(descriptor("0"), "/dev/null");
    EXPECT_EQ(descriptor("1"), log);
    EXPECT_EQ(descriptor("2"), log);
    EXPECT_THAT(readFile(log), HasSubstr("has taken over from"));
    endsBySigterm();
    EXPECT_FALSE(fs::exists(pidFile));
}

TEST_F(OfTheBackground, WhoStartedItStillHearsThatItServes)
{
    const auto door = scratch / "door";
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    Running first(daemon("await " + door.string() + "\nready\nserve\nexit 0"), scratch / "first.log");
    ASSERT_TRUE(eventually([this] { return readFile(log).find("listening on") != std::string::npos; }));

    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();
    EXPECT_FALSE(first.hasEnded());
    std::ofstream(door) << "go\n";

    EXPECT_EQ(first.end(), 0) << first.said();
    EXPECT_TRUE(isOther());
    endsBySigterm();
}

TEST_F(OfTheBackground, APidFileThatCannotBeWrittenEndsNobody)
{
    Running first(daemon("ready\nserve\nexit 0"), scratch / "first.log");
    ASSERT_EQ(first.end(), 0) << first.said();
    const auto before = pid();
    fs::remove(pidFile);
    fs::create_directory(pidFile);

    ASSERT_EQ(upgrade(other), 0) << upgradeSaid();

    EXPECT_THAT(readFile(log), HasSubstr("is there and is no file of a pid"));
    EXPECT_TRUE(isServing("1.0.0"));
    fs::remove(pidFile);
    scratch.write("web.pid", std::to_string(before) + '\n');
    endsBySigterm();
}

struct OfItself : Succeeded {
    void startHello()
    {
        const auto program = scratch.copyOf(HELLO, "1.0.0");
        baton.emplace(Command{program.string(),
                              {"hello-server", "--server", server->url() + "/v1/update/", "--app-id", App,
                               "--app-version", "1.0.0", "--listen", "web=127.0.0.1:0", "--state-dir", state.string(),
                               "--jitter", "0s", "--interval", "1h", "--probation", "100ms"}},
                      scratch / "self.log");
        ASSERT_TRUE(baton->says("1.0.0 serves"));
        web = baton->word("listening on web=");
        ASSERT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    }
    bool isIn(const std::string& version) const
    {
        return executable().string().starts_with((store().releases() / version).string());
    }
    bool isOnDisk(const std::string& version) const
    {
        for (const auto& release : store().installed())
            if (release.key.version == version) return true;
        return false;
    }
};

TEST_F(OfItself, TheCurrentReleaseTakesOver)
{
    startHello();
    Clients clients(scratch, web, {"--new", "100", "--kept", "100", "--connections", "16"});
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    const auto program = pidOfRelease();
    EXPECT_FALSE(isIn("1.1.0"));

    ASSERT_EQ(upgrade(), 0) << upgradeSaid();

    EXPECT_TRUE(isIn("1.1.0"));
    EXPECT_EQ(pidOfRelease(), program);
    for (const std::string version : {"1.2.0", "1.3.0"})
        ASSERT_TRUE(update(version, scratch.copyOf(HELLO, version), version + " committed"));
    EXPECT_TRUE(isOnDisk("1.1.0")) << "the supervisor, and the roles that it starts, are in it";
    ASSERT_EQ(upgrade(), 0) << upgradeSaid();
    EXPECT_TRUE(isIn("1.3.0"));
    ASSERT_TRUE(update("1.4.0", scratch.copyOf(HELLO, "1.4.0"), "1.4.0 committed"));
    EXPECT_TRUE(eventually([this] { return !isOnDisk("1.1.0"); }));
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
