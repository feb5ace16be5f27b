// Programs that hand over together or not at all, under load, with failures of each member in each phase.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Several.h"

#include <csignal>

namespace baton::system {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* Together = "group = shop\n";
// Long enough in the first half, and then in the second, to be met there by a test.
constexpr const char* Slow = "probation = 2s\nprobation-alone = 2s\n";

struct Groups : Several {
    fs::path hello(const std::string& version) const { return scratch.copyOf(HELLO, version); }
    // Is ready, serves, and ends with 7 when it is told to by SIGUSR1.
    fs::path mortal(const std::string& version) const
    {
        return scratch.actor(version, "on 10 exit 7\nready\nserve\nexit 0");
    }

    ::testing::AssertionResult serveBoth(const fs::path& first, const std::string& more = {},
                                         const std::string& forAll = {})
    {
        return serve({{"api", first, Together + more}, {"web", hello("1.0.0"), Together}}, forAll);
    }

    void publishBoth(const fs::path& ofApi, const fs::path& ofWeb)
    {
        publish("api", "2.0.0", ofApi);
        publish("web", "2.0.0", ofWeb);
    }

    std::optional<Clients> apiClients;
    std::optional<Clients> webClients;

    void load()
    {
        apiClients.emplace(scratch, address("api"), std::vector<std::string>{"--new", "50"});
        webClients.emplace(scratch, address("web"), std::vector<std::string>{"--new", "50", "--kept", "50"});
    }

    // Of web, whose release is never to blame, none is lost; of api as many as its candidate itself may have held.
    void expectNoneLost(std::uint64_t ofApi = 0)
    {
        const auto webCount = webClients->stop();
        EXPECT_GT(webCount.sent, 0U);
        EXPECT_EQ(webCount.failed, 0U) << webCount.report;
        const auto apiCount = apiClients->stop();
        EXPECT_GT(apiCount.sent, 0U);
        EXPECT_LE(apiCount.failed, ofApi) << apiCount.report;
    }

    void expectBothBack()
    {
        ASSERT_TRUE(comesToServe("api", "1.0.0"));
        ASSERT_TRUE(comesToServe("web", "1.0.0"));
        EXPECT_TRUE(eventually([&] { return historyOf("web").size() == 1; }));
        EXPECT_THAT(historyOf("web"), ElementsAre("failed 2.0.0"));
        EXPECT_THAT(store::Store(stateOf("web")).history().front().reason,
                    AllOf(HasSubstr("its group shop failed: api: "), HasSubstr("2.0.0")));
        EXPECT_THAT(of("web").blocked, IsEmpty()); // It is not to blame.
        EXPECT_TRUE(eventually([&] { return !fs::exists(state / "groups" / "shop.json"); }));
    }

    // What is better than the one that failed goes on, and takes the other along.
    void expectBothToGoOnWith(const std::string& version, const fs::path& api)
    {
        publish("api", version, api);
        say("program api update");
        ASSERT_TRUE(comesToServe("api", version));
        ASSERT_TRUE(comesToServe("web", "2.0.0"));
        EXPECT_THAT(baton->said(), HasSubstr("group shop commits: api " + version + ", web 2.0.0"));
    }
};

TEST_F(Groups, CommitBoth)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0")));
    load();
    publishBoth(hello("2.0.0"), hello("2.0.0"));

    say("program web update"); // The other member is asked by the group.

    ASSERT_TRUE(comesToServe("api", "2.0.0"));
    ASSERT_TRUE(comesToServe("web", "2.0.0"));
    const auto said = baton->said();
    EXPECT_THAT(said, AllOf(HasSubstr("group shop hands over: api 2.0.0, web 2.0.0"),
                            HasSubstr("group shop commits: api 2.0.0, web 2.0.0")));
    const auto decided = said.find("group shop commits");
    for (const auto* program : {"api", "web"}) {
        EXPECT_LT(said.find(std::string(program) + ": 2.0.0 serves alone"), decided);
        EXPECT_GT(said.find(std::string(program) + ": 2.0.0 committed"), decided);
        EXPECT_THAT(historyOf(program), ElementsAre("committed 2.0.0"));
    }
    expectNoneLost();
    EXPECT_FALSE(fs::exists(state / "groups" / "shop.json"));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

TEST_F(Groups, LetOneUpdateAloneWhereTheOthersHaveNothingNew)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0")));
    publish("web", "2.0.0", hello("2.0.0"));

    say("program web update");

    ASSERT_TRUE(comesToServe("web", "2.0.0"));
    EXPECT_THAT(baton->said(), HasSubstr("group shop commits: web 2.0.0\n"));
    EXPECT_TRUE(isServing("api", "1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, TakeBothBackWhenOneDiesBesideTheOldOne)
{
    ASSERT_TRUE(serveBoth(mortal("1.0.0"), {}, Slow));
    load();
    publishBoth(mortal("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("api: 2.0.0 on probation beside"));
    ASSERT_TRUE(baton->says("web: 2.0.0 on probation beside"));

    ::kill(of("api").candidate->pid, SIGUSR1);

    expectBothBack();
    EXPECT_THAT(historyOf("api"), ElementsAre("rolledBack 2.0.0"));
    EXPECT_EQ(of("api").blocked.size(), 1U);
    expectNoneLost(3);
    expectBothToGoOnWith("2.1.0", mortal("2.1.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, TakeBothBackWhenOneDiesWhereItServesAlone)
{
    ASSERT_TRUE(serveBoth(mortal("1.0.0"), {}, Slow));
    load();
    publishBoth(mortal("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("api: 2.0.0 serves alone"));
    ASSERT_TRUE(baton->says("web: 2.0.0 serves alone"));

    ::kill(of("api").candidate->pid, SIGUSR1);

    expectBothBack();
    EXPECT_THAT(baton->said(), HasSubstr("web: going back to 1.0.0, which stood by"));
    EXPECT_THAT(historyOf("api"), ElementsAre("rolledBack 2.0.0"));
    expectNoneLost(3);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, TakeBothBackWhenOneIsNeverReady)
{
    ASSERT_TRUE(serveBoth(mortal("1.0.0"), "ready-timeout = 1s\n"));
    load();
    publishBoth(scratch.actor("2.0.0", "wait"), hello("2.0.0"));

    say("program web update");

    ASSERT_TRUE(baton->says("api: 2.0.0 taken back"));
    expectBothBack();
    expectNoneLost();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, StartNoneWhereOneIsRefused)
{
    ASSERT_TRUE(serveBoth(mortal("1.0.0"), "try = --check\n"));
    load();
    publishBoth(scratch.actor("2.0.0", "check 3\nready\nserve"), hello("2.0.0"));

    say("program web update");

    ASSERT_TRUE(baton->says("api: 2.0.0 refused: its try-out failed"));
    expectBothBack();
    EXPECT_EQ(baton->said().find("2.0.0 starts beside"), std::string::npos);
    // It stays so while api's server offers what was refused, however often web asks.
    say("program web update");
    EXPECT_TRUE(eventually([&] { return of("web").offered.has_value(); }));
    EXPECT_THAT(of("web").offered.value_or(control::OfferedStatus()).reason, HasSubstr("another release of api"));
    expectNoneLost();
    expectBothToGoOnWith("2.1.0", scratch.actor("2.1.0", "check 0\nready\nserve\nexit 0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, StartNoneWhereTheStagerRefusesOne)
{
    ASSERT_TRUE(serveBoth(mortal("1.0.0")));
    load();
    publishBoth(scratch.write("plain-2.0.0", "no program\n"), hello("2.0.0"));

    say("program api update");

    ASSERT_TRUE(baton->says("api: 2.0.0 refused: it is neither an executable file"));
    say("program web update");
    expectBothBack();
    EXPECT_EQ(baton->said().find("2.0.0 starts beside"), std::string::npos);
    expectNoneLost();
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, TakeBothBackWhenAPersonTakesOneBack)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0"), {}, Slow));
    load();
    publishBoth(hello("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("api: 2.0.0 serves alone"));
    ASSERT_TRUE(baton->says("web: 2.0.0 serves alone"));

    EXPECT_THAT(say("program api rollback"), HasSubstr("accepted"));

    expectBothBack();
    EXPECT_THAT(historyOf("api"), ElementsAre("rolledBack 2.0.0"));
    expectNoneLost(3);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Groups, SwitchOneThatCannotOverlapLast)
{
    ASSERT_TRUE(serve(
        {{"api", mortal("1.0.0"), std::string(Together) + "handoff = restart\n"}, {"web", hello("1.0.0"), Together}}));
    publishBoth(mortal("2.0.0"), hello("2.0.0"));

    say("program api update");

    ASSERT_TRUE(comesToServe("api", "2.0.0"));
    ASSERT_TRUE(comesToServe("web", "2.0.0"));
    const auto said = baton->said();
    EXPECT_LT(said.find("web: 2.0.0 on probation beside"), said.find("api: 2.0.0 waits for 1.0.0 to end"));
    EXPECT_EQ(stop(), 0);
}

struct KilledGroup : Groups, ::testing::WithParamInterface<const char*> {};

// Whatever Baton was at: both come to serve the new release, or both the old one, and nobody is left behind.
TEST_P(KilledGroup, IsBothOrNeither)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0"), {}, "probation = 500ms\nprobation-alone = 500ms\n"));
    load();
    publishBoth(hello("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says(GetParam()));

    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    EXPECT_TRUE(stateIsWhole());
    runAgain();

    ASSERT_TRUE(comesToServe("api", "2.0.0"));
    ASSERT_TRUE(comesToServe("web", "2.0.0"));
    expectNoneLost();
    // Where the next Baton took back what was begun, that is a line before the try that succeeds.
    for (const auto* program : {"api", "web"})
        EXPECT_THAT(historyOf(program),
                    AnyOf(ElementsAre("committed 2.0.0"), ElementsAre("failed 2.0.0", "committed 2.0.0")));
    EXPECT_TRUE(eventually([&] { return !fs::exists(state / "groups" / "shop.json"); }));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

std::string momentOf(const ::testing::TestParamInfo<const char*>& test)
{
    std::string name = test.param;
    std::erase_if(name, [](unsigned char letter) { return std::isalnum(letter) == 0; });
    return name;
}

INSTANTIATE_TEST_SUITE_P(At, KilledGroup,
                         ::testing::Values("web: 2.0.0 verified", "group shop hands over", "api: 2.0.0 starts beside",
                                           "web: 2.0.0 on probation beside", "api: 2.0.0 serves alone",
                                           "group shop commits", "web: 2.0.0 committed"),
                         momentOf);

// Decided, and not one store knows: the record alone does.
TEST_F(Groups, AreCommittedByTheNextBatonWhereThatWasDecided)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0"), {}, "probation = 500ms\nprobation-alone = 1m\n"));
    publishBoth(hello("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("api: 2.0.0 serves alone"));
    ASSERT_TRUE(baton->says("web: 2.0.0 serves alone"));
    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    auto record = readFile(state / "groups" / "shop.json");
    record.replace(record.find("\"begin\""), 7, "\"commit\"");
    scratch.write("state/groups/shop.json", record);

    runAgain();

    for (const auto* program : {"api", "web"}) {
        ASSERT_TRUE(baton->says(std::string(program) + ": 2.0.0 was committed by a Baton that was killed"));
        ASSERT_TRUE(comesToServe(program, "2.0.0"));
        EXPECT_THAT(historyOf(program), ElementsAre("committed 2.0.0"));
    }
    EXPECT_EQ(baton->said().find("starts beside"), std::string::npos);
    EXPECT_EQ(stop(), 0);
}

// One was taken back, and Baton was killed before the other was.
TEST_F(Groups, AreTakenBackByTheNextBatonWhereOneWasAlready)
{
    ASSERT_TRUE(serveBoth(hello("1.0.0"), {}, "probation = 500ms\nprobation-alone = 1m\n"));
    publishBoth(hello("2.0.0"), hello("2.0.0"));
    say("program web update");
    ASSERT_TRUE(baton->says("api: 2.0.0 serves alone"));
    ASSERT_TRUE(baton->says("web: 2.0.0 serves alone"));
    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    const store::Store api(stateOf("api"));
    auto stored = api.loadState().value();
    stored.blocked.push_back({stored.install->key, "it was bad", "2026-11-23T18:00:00Z"});
    stored.install.reset();
    api.save(stored);

    runAgain();

    ASSERT_TRUE(baton->says("web: 2.0.0 taken back: its group shop failed while Baton was killed"));
    for (const auto* program : {"api", "web"}) ASSERT_TRUE(comesToServe(program, "1.0.0"));
    EXPECT_EQ(baton->said().find("starts beside"), std::string::npos);
    EXPECT_THAT(historyOf("web"), AllOf(Not(IsEmpty()), Each("failed 2.0.0"))); // It may have been offered again.
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
