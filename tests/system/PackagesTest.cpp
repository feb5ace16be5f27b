// A release of several packages, on the way from the server into one directory.
// SPDX-License-Identifier: Apache-2.0
#include "client/verify/Sha256.h"
#include "tests/system/Relay.h"

#include <algorithm>

namespace baton::system {
namespace {

using mock::On;
using mock::What;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view Good = "ready\nserve\nexit 0";
const std::vector<std::string> Whole{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"};

struct Packages : Relay {
    RunOptions actor(std::vector<std::string> options = {}) const
    {
        return {{scratch.actor("1.0.0", Good).string()}, std::move(options)};
    }

    fs::path data(const std::string& name) const { return scratch.write(name, name + std::string(300'000, 'x')); }

    // How often the package of that name was asked for, whole or from somewhere on.
    std::size_t asked(const std::string& name, bool onlyRanges = false) const
    {
        const auto all = server->requests();
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& one) {
            const bool isRange = std::any_of(one.headers.begin(), one.headers.end(),
                                             [](const auto& header) { return header.first == "Range"; });
            return one.on == On::Package && one.uri.ends_with('/' + name) && (isRange || !onlyRanges);
        }));
    }
};

TEST_F(Packages, BecomeOneRelease)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}}));
    Clients clients(scratch, web, {"--new", "150", "--kept", "150", "--connections", "8"});
    const auto program = scratch.copyOf(HELLO, "1.1.0");
    publish("1.1.0", program);
    server->add(App, "1.1.0", scratch.write("words.txt", "beside it"));
    server->add(App, "1.1.0", scratch.write("extra.txt", "not required"), {"", "", false}); // As Nebraska's.

    check();
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    EXPECT_THAT(baton->said(), HasSubstr(", 3 packages, "));
    EXPECT_TRUE(hasTold(Whole));
    EXPECT_EQ(readFile(state / "current" / "words.txt"), "beside it");
    EXPECT_EQ(readFile(state / "current" / "extra.txt"), "not required");
    EXPECT_THAT(ask(), StartsWith("1.1.0 generation 2 pid "));
    EXPECT_EQ(clients.stop().failed, 0U);
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

TEST_F(Packages, AreFetchedOnFromWhereTheMachineLostItsPower)
{
    ASSERT_TRUE(serves(actor({"--parallel-downloads", "1"})));
    publish("1.1.0", scratch.actor("1.1.0", Good));
    server->add(App, "1.1.0", data("second"));
    server->fail({1, On::Package, What::Delay, 0}); // The first one comes as it should.
    server->fail({1, On::Package, What::Cut, 100'000});
    server->fail({1, On::Package, What::Delay, 60'000});
    check();
    ASSERT_TRUE(eventually([this] { return asked("second", true) == 1; }));

    loseAll();
    server->heal();
    restart();

    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_EQ(asked("actor-1.1.0"), 1U);
    EXPECT_EQ(asked("second"), 3U);
    EXPECT_EQ(asked("second", true), 2U);
    EXPECT_EQ(readFile(state / "current" / "second"), readFile(scratch / "second"));
    EXPECT_TRUE(hasTold(Whole));
}

TEST_F(Packages, AreNotFetchedAgainWhenTheReleaseBeforeHasThem)
{
    ASSERT_TRUE(serves(actor()));
    publish("1.1.0", scratch.actor("1.1.0", Good));
    server->add(App, "1.1.0", data("map"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    publish("1.2.0", scratch.actor("1.2.0", Good));
    server->add(App, "1.2.0", scratch / "map");
    check();

    ASSERT_TRUE(baton->says("1.2.0 committed"));
    EXPECT_EQ(asked("map"), 1U);
    EXPECT_EQ(readFile(state / "current" / "map"), readFile(scratch / "map"));
}

TEST_F(Packages, AreNoReleaseWhenOneOfThemCannotBeHad)
{
    ASSERT_TRUE(serves(actor()));
    publish("1.1.0", scratch.actor("1.1.0", Good));
    server->add(App, "1.1.0", data("second"));
    server->add(App, "1.1.0", data("third"));
    server->fail({3, On::Package, What::Digest, 0});

    check();

    ASSERT_TRUE(baton->says("1.1.0 cannot be fetched: "));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "3/0 1.1.0 code 10"}));
    EXPECT_TRUE(isServing("1.0.0"));
    server->heal();
    check();
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(fs::exists(state / "current" / "third"));
}

TEST_F(Packages, ThatWantOnePlaceAreRefused)
{
    ASSERT_TRUE(serves(actor()));
    const auto name = scratch.actor("1.0.0", Good).filename().string(); // What the release's program is called.
    publish("1.1.0", scratch.actor("1.1.0", Good));
    server->add(App, "1.1.0", data("second"), {"", name});

    check();

    ASSERT_TRUE(baton->says("the entry " + name + " is there twice"));
    EXPECT_TRUE(hasTold({"13/1 1.1.0", "14/1 1.1.0", "3/0 1.1.0 code 4"}));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(ask(), "1.0.0\n");
    EXPECT_THAT(history(), ::testing::ElementsAre("refused 1.1.0 from 1.0.0 code 4"));
}

TEST_F(Packages, ComeNoFasterThanTheyMay)
{
    ASSERT_TRUE(serves(actor({"--bandwidth", "200kB/s"})));
    publish("1.1.0", scratch.actor("1.1.0", Good));
    server->add(App, "1.1.0", data("second"));
    const auto begun = std::chrono::steady_clock::now();

    check();
    ASSERT_TRUE(baton->says("1.1.0 committed"));

    EXPECT_GT(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(1200)); // 300 kB, less one burst.
    EXPECT_TRUE(hasTold(Whole));
}

TEST_F(Packages, OfSeveralAppsAreAllNamedByACheck)
{
    const auto checkSays = [this](const std::string& log, const std::vector<std::string>& options) {
        Command command{BATON,
                        {"baton", "check", "--server", server->url(), "--app-id", App, "--app-version", "1.0.0"}};
        command.arguments.insert(command.arguments.end(), options.begin(), options.end());
        Running check(command, scratch / log);
        const auto code = check.end();
        return std::to_string(code) + ": " + check.said();
    };
    server->publish(App, "1.0.0", data("program"));
    server->publish("io.maps", "7.0.0", data("world.map"));

    const auto one = checkSays("one.log", {"--also-app", "maps=io.maps"});
    const auto lost = checkSays("lost.log", {"--also-app", "maps=io.maps", "--also-app", "words=io.words"});
    const auto two = checkSays("two.log", {"--also-app", "maps=io.maps", "--also-app", "words=io.words", "--json"});

    EXPECT_THAT(one, ::testing::StartsWith("0: nothing is new\nmaps (io.maps): version 7.0.0 is offered\n"));
    EXPECT_THAT(lost, ::testing::StartsWith("69: nothing is new\nmaps (io.maps): version 7.0.0 is offered\n"));
    EXPECT_THAT(lost, ::testing::HasSubstr("\nwords (io.words): the server refuses (error-unknownApplication): it does "
                                           "not know this app: check --also-app\n"));
    EXPECT_THAT(two, ::testing::StartsWith(R"(69: {"status":"noupdate","apps":[{"name":"maps","id":"io.maps",)"
                                           R"("status":"update","version":"7.0.0")"));
    EXPECT_THAT(two, ::testing::HasSubstr(R"({"name":"words","id":"io.words","status":"refused")"));
    const auto asked = server->requests();
    ASSERT_EQ(asked.size(), 6U) << "what the maps were granted is given back, each time";
    EXPECT_EQ(asked[1].request->apps.at(0).appid, "io.maps");
    EXPECT_EQ(asked[1].request->apps.at(0).events.at(0).errorcode, 36);
}

TEST_F(Packages, OfSeveralAppsBecomeOneRelease)
{
    constexpr const char* Maps = "io.example.maps";
    const auto toldOf = [this](const std::string& app) {
        std::vector<std::string> told;
        for (const auto& one : server->requests())
            if (one.request)
                for (const auto& asked : one.request->apps)
                    for (const auto& event : asked.events)
                        if (asked.appid == app)
                            told.push_back(std::to_string(event.eventtype) + '/' +
                                           std::to_string(event.eventresult.value_or(0)) + ' ' + event.nextversion);
        return told;
    };
    server->publish(Maps, "7.0.0", data("world.map"));
    ASSERT_TRUE(serves(actor({"--also-app", std::string("maps=") + Maps})));
    EXPECT_TRUE(eventually([&] { return toldOf(Maps) == std::vector<std::string>{"3/9 7.0.0"}; }));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));

    EXPECT_EQ(readFile(state / "current" / "maps" / "world.map"), readFile(scratch / "world.map"));
    EXPECT_TRUE(eventually([&] {
        return toldOf(Maps) ==
               std::vector<std::string>{"3/9 7.0.0", "13/1 7.0.0", "14/1 7.0.0", "800/1 7.0.0", "3/2 7.0.0"};
    })) << ::testing::PrintToString(toldOf(Maps));
    EXPECT_EQ(toldOf(App), (std::vector<std::string>{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0"}));

    // The maps have nothing new: they come from the release before.
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", Good), "1.2.0 committed"));
    EXPECT_EQ(readFile(state / "current" / "maps" / "world.map"), readFile(scratch / "world.map"));
    EXPECT_EQ(asked("world.map"), 1U);
    EXPECT_EQ(toldOf(Maps).size(), 5U);
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

} // namespace
} // namespace baton::system
