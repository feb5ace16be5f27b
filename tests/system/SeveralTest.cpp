// Several programs under one Baton: each lives its own life, and what happens to one is not seen by the others'
// clients. SPDX-License-Identifier: Apache-2.0
#include "tests/system/Several.h"

#include "client/os/Listening.h"

#include <csignal>
#include <fstream>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct SeveralPrograms : Several {
    fs::path hello(const std::string& version) const { return scratch.copyOf(HELLO, version); }

    // Answers with its version, and ends with 7 on SIGUSR1.
    fs::path mortal(const std::string& version) const
    {
        return scratch.actor(version, "on 10 exit 7\nready\nserve\nexit 0");
    }

    std::size_t count(const std::string& text) const
    {
        const auto said = baton->said();
        std::size_t found = 0;
        for (auto at = said.find(text); at != std::string::npos; at = said.find(text, at + 1)) ++found;
        return found;
    }
};

TEST_F(SeveralPrograms, UpdateEachByItself)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", hello("1.0.0")}}));
    Clients apiClients(scratch, address("api"), {"--new", "50", "--kept", "50"});
    publish("web", "1.1.0", hello("1.1.0"));

    EXPECT_THAT(say("program web update"), HasSubstr("accepted"));

    ASSERT_TRUE(comesToServe("web", "1.1.0"));
    EXPECT_TRUE(isServing("api", "1.0.0"));
    publish("api", "2.0.0", hello("2.0.0"));
    say("program api update");
    ASSERT_TRUE(baton->says("api: 2.0.0 committed"));
    const auto count = apiClients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_THAT(historyOf("web"), ElementsAre("committed 1.1.0"));
    EXPECT_THAT(historyOf("api"), ElementsAre("committed 2.0.0"));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

TEST_F(SeveralPrograms, AreNotTouchedByOneThatFails)
{
    ASSERT_TRUE(serve({{"api", mortal("1.0.0")}, {"web", hello("1.0.0")}}));
    Clients clients(scratch, address("web"), {"--new", "100", "--kept", "50"});

    ::kill(of("api").release->pid, SIGUSR1);

    ASSERT_TRUE(baton->says("api has ended for good, with exit code 7; the others go on"));
    EXPECT_EQ(of("api").state, "ended");
    EXPECT_EQ(of("api").exitCode, 7);
    EXPECT_EQ(answerOf("api"), ""); // Nobody waits in a queue that nobody serves.
    EXPECT_THAT(say("program api update"), HasSubstr("it has ended for good"));
    EXPECT_THAT(answerOf("web"), HasSubstr("1.0.0"));

    EXPECT_THAT(say("program api restart"), HasSubstr("accepted"));
    ASSERT_TRUE(eventually([&] { return isServing("api", "1.0.0"); })) << baton->said();
    const auto count = clients.stop();
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 7); // The first that was not 0.
}

TEST_F(SeveralPrograms, EndTogetherWithAnEssentialOne)
{
    ASSERT_TRUE(serve({{"api", mortal("1.0.0"), "essential = yes\n"}, {"web", hello("1.0.0")}}));

    ::kill(of("api").release->pid, SIGUSR1);

    EXPECT_EQ(baton->end(), 7);
    EXPECT_THAT(baton->said(), HasSubstr("it is essential, so all end"));
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

TEST_F(SeveralPrograms, EndWithTheLastOne)
{
    ASSERT_TRUE(serve({{"api", mortal("1.0.0")}, {"web", mortal("1.0.0")}}));

    ::kill(of("web").release->pid, SIGKILL);
    ASSERT_TRUE(baton->says("web has ended for good"));
    ::kill(of("api").release->pid, SIGUSR1);

    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

TEST_F(SeveralPrograms, AreStillThereWhereOneOfThemCannotBeStartedAgain)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", mortal("1.0.0")}}));
    ::kill(of("web").release->pid, SIGKILL);
    ASSERT_TRUE(baton->says("web has ended for good"));
    const auto file = stateOf("web") / "state.json";
    ASSERT_TRUE(eventually([&] { return store::Store(stateOf("web")).loadState()->generations.empty(); }));
    const auto whole = readFile(file);
    std::ofstream(file) << "{";

    EXPECT_THAT(say("program web restart"), HasSubstr("it could not be started again"));
    EXPECT_EQ(of("web").exitCode, 128 + SIGKILL);
    EXPECT_TRUE(isServing("api", "1.0.0"));

    std::ofstream(file) << whole;
    EXPECT_THAT(say("program web restart"), HasSubstr("accepted"));
    EXPECT_TRUE(eventually([this] { return isServing("web", "1.0.0"); }));
    baton->signal(SIGTERM);
    EXPECT_EQ(baton->end(), 128 + SIGKILL) << "of the first that ended with another one than 0";
}

TEST_F(SeveralPrograms, StartWhereOneOfThemCannot)
{
    const auto taken = os::listenOn(os::parseListenAddress("x=127.0.0.1:0"));

    run({{"dies", scratch.actor("1.0.0", "exit 3")},
         {"homeless", hello("1.0.0"), "", os::boundAddress(taken.get())},
         {"web", hello("1.0.0")}});

    ASSERT_TRUE(baton->says("web: 1.0.0 serves"));
    ASSERT_TRUE(baton->says("dies has ended for good, with exit code 3"));
    EXPECT_TRUE(baton->says("homeless cannot start: "));
    EXPECT_EQ(of("homeless").exitCode, 69);
    EXPECT_THAT(answerOf("web"), HasSubstr("1.0.0"));
    EXPECT_EQ(stop(), 69);
}

TEST_F(SeveralPrograms, GetEachSignalOnce)
{
    const auto listener = scratch.actor("1.0.0", "on 10 say heard it\nready\nserve\nexit 0");
    ASSERT_TRUE(serve({{"api", listener}, {"web", listener}}));

    baton->signal(SIGUSR1);

    EXPECT_TRUE(eventually([&] { return count("heard it") == 2; })) << baton->said();
    EXPECT_EQ(stop(), 0);
    EXPECT_EQ(count("heard it"), 2U);
}

TEST_F(SeveralPrograms, KnowTheirOwnFromTheOthersOfTheSameGeneration)
{
    const auto parent = [&](const std::string& version) {
        const auto file = scratch.write("parent-" + version, "#!/bin/sh\n# " + version + "\nsetsid sleep 600 &\nexec " +
                                                                 std::string(HELLO) + '\n');
        fs::permissions(file, fs::perms::owner_all);
        return file;
    };
    ASSERT_TRUE(serve({{"api", parent("1.0.0")}, {"web", parent("1.0.0")}}));
    const auto apiPid = of("api").release->pid;
    const auto webPid = of("web").release->pid;
    ASSERT_TRUE(eventually([&] { return !childrenOf(apiPid).empty() && !childrenOf(webPid).empty(); }));
    const auto apiChild = childrenOf(apiPid).front();
    const auto webChild = childrenOf(webPid).front();

    publish("web", "1.1.0", parent("1.1.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("web: 1.1.0 committed"));

    // Generation 1 of web is over, and takes what it left with it; generation 1 of api is another one.
    EXPECT_TRUE(eventually([&] { return ::kill(webChild, 0) != 0; }));
    EXPECT_EQ(::kill(apiChild, 0), 0);
    EXPECT_THAT(readFile("/proc/" + std::to_string(apiChild) + "/environ"), HasSubstr("BATON_PROGRAM=api"));
    EXPECT_TRUE(isServing("api", "1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SeveralPrograms, OutliveABatonThatIsKilledAndFindTheNext)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0"), "", "127.0.0.1:0"}, {"web", hello("1.0.0")}}));
    const auto before = address("api");
    Clients clients(scratch, before, {"--new", "100"});
    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);

    runAgain();

    for (const auto* program : {"api", "web"}) {
        ASSERT_TRUE(baton->says(std::string(program) + ": found 1.0.0 (generation 1"));
        ASSERT_TRUE(eventually([&] { return isServing(program, "1.0.0") && of(program).release->generation == 2; }));
    }
    EXPECT_EQ(address("api"), before);
    const auto count = clients.stop();
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

TEST_F(SeveralPrograms, AreAskedForByTheirNames)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", hello("1.0.0")}}));
    std::string printed;

    EXPECT_EQ(command({"update"}, printed), 64);
    EXPECT_THAT(printed, HasSubstr("runs several programs: api, web; say which by --program"));
    EXPECT_EQ(command({"hold", "--program", "wep"}, printed), 64);
    EXPECT_EQ(command({"hold", "--program", "web"}, printed), 0);
    EXPECT_TRUE(of("web").hold.has_value());
    EXPECT_FALSE(of("api").hold.has_value());
    EXPECT_EQ(command({"status", "--json"}, printed), 0);
    EXPECT_EQ(control::parseStatuses(printed).size(), 2U);
    EXPECT_EQ(command({"status"}, printed), 0);
    EXPECT_THAT(printed, AllOf(HasSubstr("program     api"), HasSubstr("program     web")));
    EXPECT_EQ(command({"update", "--program", "api", "--wait"}, printed), 0);
    EXPECT_EQ(command({"history"}, printed), 0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(SeveralPrograms, TakeTheirListenersAnewFromTheirSections)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", hello("1.0.0")}}));
    auto text = readFile(config);
    const std::string before = "listen = web=127.0.0.1:0";
    text.replace(text.rfind(before), before.size(), before + ", admin=127.0.0.1:0");
    scratch.write("shop.ini", text);
    std::string printed;

    EXPECT_EQ(command({"reload"}, printed), 0);

    EXPECT_THAT(printed, AllOf(HasSubstr("api: nothing has changed"), HasSubstr("web: admin=127.0.0.1:0 is added")));
    EXPECT_EQ(command({"restart", "--program", "web"}, printed), 0);
    EXPECT_TRUE(eventually([&] { return of("web").state == "serving" && of("web").release->generation == 2; }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SeveralPrograms, GetTheSocketsOfTheServiceManagerThatTheyName)
{
    const auto apiSocket = os::listenOn(os::parseListenAddress("api=127.0.0.1:0"));
    const auto webSocket = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    const auto stranger = os::listenOn(os::parseListenAddress("x=127.0.0.1:0"));
    passed = {webSocket.get(), stranger.get(), apiSocket.get()};
    environment = {"LISTEN_FDS=3", "LISTEN_FDNAMES=web.web:nobodys:api.web"};

    run({{"api", hello("1.0.0")}, {"web", hello("1.0.0")}});

    ASSERT_TRUE(baton->says("api: 1.0.0 serves"));
    ASSERT_TRUE(baton->says("web: 1.0.0 serves"));
    EXPECT_EQ(address("api"), os::boundAddress(apiSocket.get()));
    EXPECT_EQ(address("web"), os::boundAddress(webSocket.get()));
    EXPECT_THAT(baton->said(), HasSubstr("the socket nobodys of LISTEN_FDS is no program's"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SeveralPrograms, GetTheSocketsOfTheServiceManagerAgainWhenTheyAreStartedAgain)
{
    const auto socket = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    passed = {socket.get()};
    environment = {"LISTEN_FDS=1", "LISTEN_FDNAMES=web.web"};
    run({{"api", hello("1.0.0")}, {"web", mortal("1.0.0"), "", os::boundAddress(socket.get())}});
    ASSERT_TRUE(baton->says("web: 1.0.0 serves"));
    std::string printed;

    for (int i = 0; i < 2; ++i) {
        ::kill(of("web").release->pid, SIGUSR1);
        ASSERT_TRUE(eventually([&] { return of("web").state == "ended"; }));

        EXPECT_EQ(command({"restart", "--program", "web"}, printed), 0) << printed;

        ASSERT_TRUE(eventually([&] { return isServing("web", "1.0.0"); })) << baton->said();
        web = os::boundAddress(socket.get());
        EXPECT_THAT(ask(), HasSubstr("1.0.0"));
    }
    EXPECT_EQ(stop(), 7);
}

TEST_F(SeveralPrograms, SayWhyOneCannotBeStartedAgain)
{
    const auto path = (scratch / "web.sock").string();
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", mortal("1.0.0"), "", "unix:" + path}}));
    ::kill(of("web").release->pid, SIGUSR1);
    ASSERT_TRUE(eventually([&] { return of("web").state == "ended" && !fs::exists(path); }));
    std::string printed;
    {
        const auto taken = os::listenOn(os::parseListenAddress("web=unix:" + path));
        EXPECT_EQ(command({"restart", "--program", "web"}, printed), 75);
        EXPECT_THAT(printed, AllOf(HasSubstr("nothing was started anew"), HasSubstr("Address already in use")));
        EXPECT_EQ(of("web").state, "ended");
    }
    EXPECT_EQ(command({"restart", "--program", "web"}, printed), 0) << printed;
    EXPECT_TRUE(eventually([&] { return isServing("web", "1.0.0"); })) << baton->said();
    EXPECT_EQ(stop(), 7);
}

TEST_F(SeveralPrograms, HaveTheListenersOfAReloadAlsoAfterAnEnd)
{
    ASSERT_TRUE(serve({{"api", hello("1.0.0")}, {"web", mortal("1.0.0")}}));
    const auto admin = "admin=unix:" + (scratch / "admin.sock").string();
    auto text = readFile(config);
    const std::string before = "listen = web=127.0.0.1:0";
    text.replace(text.rfind(before), before.size(), before + ", " + admin);
    scratch.write("shop.ini", text);
    std::string printed;
    EXPECT_EQ(command({"reload", "--program", "web"}, printed), 0) << printed;
    ::kill(of("web").release->pid, SIGUSR1);
    ASSERT_TRUE(eventually([&] { return of("web").state == "ended"; }));

    EXPECT_EQ(command({"restart", "--program", "web"}, printed), 0) << printed;

    EXPECT_TRUE(baton->says(", " + admin)) << "it listens on both";
    EXPECT_TRUE(eventually([&] { return isServing("web", "1.0.0"); })) << baton->said();
    EXPECT_EQ(stop(), 7);
}

TEST_F(SeveralPrograms, RefuseAProgramOnTheCommandLineAndAStateThatTwoHave)
{
    run({{"api", hello("1.0.0")}, {"web", hello("1.0.0")}});
    ASSERT_TRUE(baton->says("api: 1.0.0 serves"));
    ASSERT_TRUE(baton->says("web: 1.0.0 serves"));
    EXPECT_EQ(stop(), 0);

    Running both({BATON, {"baton", "run", "--config", config.string(), "--", "./server"}}, scratch / "both.log");
    EXPECT_EQ(both.end(), 64);
    EXPECT_THAT(both.said(), HasSubstr("so no PROGRAM stands behind --"));
    run({{"api", hello("1.0.0"), "state-dir = " + (state / "x").string() + '\n'},
         {"web", hello("1.0.0"), "state-dir = " + (state / "x").string() + '\n'}});
    EXPECT_EQ(baton->end(), 64);
    EXPECT_THAT(baton->said(), HasSubstr("have one --state-dir"));
}

} // namespace
} // namespace baton::system
