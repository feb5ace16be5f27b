#include "client/store/State.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace baton::store {
namespace {

using ::testing::HasSubstr;

const ReleaseKey One{"1.0.0", std::string(64, 'a')};
const ReleaseKey Two{"1.1.0", std::string(64, 'b')};

State fullState()
{
    State state;
    state.current = One;
    state.previous = Two;
    state.install = Install{{"1.2.0", std::string(64, 'c')}, InstallStep::Started, 2, true};
    state.install->memory = R"({"records":[]})";
    state.blocked = {{Two, "it ended with \"exit code 3\"\n", "2026-11-23T18:00:00Z"},
                     {One, "it was not signed", "2026-11-23T18:00:00Z", std::string(64, 'd')}};
    state.trust = Trust{R"({"records":[]})", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "2026-10-01T00:00:00Z"};
    state.generations = {{7, GenerationRole::Serving, One, 4711, 123456789012, "boot-id"},
                         {8, GenerationRole::Candidate, Two, 4712, 123456789013, "boot-id"}};
    state.generations.back().cgroup = os::KnownCgroup{"/sys/fs/cgroup/web/generation-4712", 8589934599};
    state.lastGeneration = 8;
    state.hold = Hold{"2026-12-01T00:00:00Z"};
    state.crashes = Crashes{One, 2};
    state.setBack = SetBack{Two, "api"};
    state.approved = "1.2.0";
    state.outcome = HistoryLine{"2026-11-23T18:00:00Z", "1.0.0", Two, Outcome::RolledBack, 44, "why", 5};
    return state;
}

std::string reasonFor(const std::string& text)
{
    try {
        parseState(text);
        return "it was taken";
    } catch (const std::runtime_error& error) {
        return error.what();
    }
}

std::string with(const std::string& from, const std::string& to)
{
    auto text = print(fullState());
    const auto at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("there is no " + from);
    return text.replace(at, from.size(), to);
}

TEST(State, PrintsAndParsesAllThatItHolds)
{
    EXPECT_EQ(parseState(print(fullState())), fullState());
    EXPECT_EQ(parseState(print(State())), State());
}

TEST(State, BlocksBytesForGoodAndPapersForThemselves)
{
    State state;
    state.block({One, "unsigned", "2026-11-23T18:00:00Z", "papers"});
    EXPECT_FALSE(state.isBlocked(One));
    EXPECT_TRUE(state.isRefused(One, "papers"));
    EXPECT_FALSE(state.isRefused(One, "others"));
    EXPECT_FALSE(state.isRefused(One, ""));
    EXPECT_FALSE(state.isRefused(Two, "papers"));

    state.block({One, "it crashed", "2026-11-23T18:00:00Z"});
    state.block({One, "unsigned", "2026-11-23T18:00:00Z", "more papers"});
    EXPECT_TRUE(state.isBlocked(One));
    EXPECT_EQ(state.blocked.size(), 1U);
}

TEST(State, RemembersNotEveryPaperThatAStrangerServes)
{
    State state;
    state.block({One, "it crashed", "2026-11-23T18:00:00Z"});
    for (int i = 0; i < 200; ++i)
        state.block({{"1." + std::to_string(i), std::string(64, 'e')}, "unsigned", "2026-11-23T18:00:00Z", "papers"});

    EXPECT_EQ(state.blocked.size(), 65U);
    EXPECT_TRUE(state.isBlocked(One));
    EXPECT_TRUE(state.isRefused({"1.199", std::string(64, 'e')}, "papers"));
}

ReleaseKey numbered(int number) { return {"2." + std::to_string(number), std::string(64, 'e')}; }

void blockEach(State& state, int first, int end)
{
    for (int i = first; i < end; ++i) state.block({numbered(i), "it crashed", "2026-11-23T18:00:00Z"});
}

constexpr int Most = static_cast<int>(State::MostBlocked);

TEST(State, ForgetsTheOldestBlockedReleaseThatWouldNotBeTakenAnyhow)
{
    State state;
    state.previous = ReleaseKey{"2.2", std::string(64, 'a')};
    state.current = ReleaseKey{"2.9", std::string(64, 'b')};
    blockEach(state, 0, Most + 3);

    EXPECT_EQ(state.blocked.size(), State::MostBlocked);
    for (const int gone : {0, 1, 2}) EXPECT_FALSE(state.isBlocked(numbered(gone))) << gone;
    for (int kept = 3; kept < Most + 3; ++kept) EXPECT_TRUE(state.isBlocked(numbered(kept))) << kept;
    EXPECT_EQ(state.blockedUpTo, "");
}

TEST(State, NeverLetsABlockedReleaseThatIsNewerComeBackForBeingForgotten)
{
    State state;
    state.current = ReleaseKey{"1.9", std::string(64, 'b')};
    blockEach(state, 0, 3 * Most);

    EXPECT_EQ(state.blocked.size(), State::MostBlocked);
    EXPECT_EQ(state.blockedUpTo, "2." + std::to_string(2 * Most - 1));
    for (int blocked = 0; blocked < 3 * Most; ++blocked) EXPECT_TRUE(state.isBlocked(numbered(blocked))) << blocked;
    EXPECT_FALSE(state.isBlocked(numbered(3 * Most))) << "what is newer than all of them may be tried";
    EXPECT_FALSE(state.isBlocked(*state.current));
    EXPECT_FALSE(state.isBlocked({"1.8", std::string(64, 'c')}));
    EXPECT_EQ(parseState(print(state)), state);
}

TEST(State, KeepsWhatIsFoldedOverACommitAndAWayBack)
{
    State state;
    blockEach(state, 0, Most + 1);
    ASSERT_EQ(state.blockedUpTo, "2.0");

    state.current = ReleaseKey{"3.0", std::string(64, 'b')};
    EXPECT_FALSE(state.isBlocked({"2.0", std::string(64, 'f')})) << "it is older, and nobody would take it";
    state.current = ReleaseKey{"1.0", std::string(64, 'b')};
    EXPECT_TRUE(state.isBlocked(numbered(0)));
}

TEST(State, MakesRoomAmongBytesForBytesAlone)
{
    State state;
    state.current = ReleaseKey{"1.9", std::string(64, 'b')};
    for (int i = 0; i < 64; ++i) state.block({{"3." + std::to_string(i), std::string(64, 'c')}, "unsigned", "t", "p"});
    blockEach(state, 0, Most);
    EXPECT_EQ(state.blocked.size(), State::MostBlocked + 64);
    EXPECT_EQ(state.blockedUpTo, "");
}

TEST(Papers, PrintAndParse)
{
    const Papers papers{{{"", "{\"a\":\n1}"}, {"maps", "x"}}, {"one", "two"}};
    EXPECT_EQ(parsePapers(print(papers)), papers);
    EXPECT_EQ(parsePapers(print(Papers())), Papers());
    for (const auto* text : {"", "[]", "{}", R"({"statements":[],"keyLists":[]})",
                             R"({"statements":{"a":1},"keyLists":[]})", R"({"statements":{},"keyLists":[1]})"})
        EXPECT_THROW(parsePapers(text), std::runtime_error) << text;
}

TEST(Learned, PrintsAndParses)
{
    const Learned learned{{"memory", "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"}, "after", "papers", true};
    EXPECT_EQ(parseLearned(print(learned)), learned);
    EXPECT_THROW(parseLearned("{}"), std::runtime_error);
}

TEST(State, ReadsWhatAnOlderVersionWroteWithoutWhatCameLater)
{
    auto text = print(State());
    for (const std::string line :
         {"  \"hold\": null,\n", "  \"crashes\": null,\n", "  \"approved\": \"\",\n", "  \"trust\": null,\n"}) {
        ASSERT_NE(text.find(line), std::string::npos) << text;
        text.erase(text.find(line), line.size());
    }

    EXPECT_EQ(parseState(text), State());
}

TEST(State, IsRefusedWithTheMemberThatIsWrong)
{
    EXPECT_THAT(reasonFor(""), HasSubstr("no JSON object"));
    EXPECT_THAT(reasonFor("{}"), HasSubstr("format is missing"));
    EXPECT_THAT(reasonFor(with("\"format\": 1", "\"format\": 2")), HasSubstr("format 2 is not known"));
    EXPECT_THAT(reasonFor(with("4711", "1")), HasSubstr("pid"));
    EXPECT_THAT(reasonFor(with("4711", "-1")), HasSubstr("pid"));
    EXPECT_THAT(reasonFor(with("4711", "99999999999999999999")), HasSubstr("pid"));
    EXPECT_THAT(reasonFor(with(std::string(64, 'c'), "../../etc")), HasSubstr("sha256"));
    EXPECT_THAT(reasonFor(with("2026-12-01T00:00:00Z", "soon")), HasSubstr("until"));
    EXPECT_THAT(reasonFor(with("\"approved\": \"1.2.0\"", "\"approved\": \"a b\"")), HasSubstr("approved"));
    EXPECT_THAT(reasonFor(with("\"started\"", "\"half\"")), HasSubstr("step"));
    EXPECT_THAT(reasonFor(with("\"/sys/fs/cgroup", "\"../cgroup")), HasSubstr("cgroup is no absolute path"));
}

TEST(State, IsRefusedWhereverItIsCut)
{
    const auto text = print(fullState());
    for (std::size_t length = 0; length + 2 < text.size(); ++length)
        EXPECT_NE(reasonFor(text.substr(0, length)), "it was taken") << length;
}

TEST(State, BlocksBytesAndNotVersions)
{
    const auto state = fullState();

    EXPECT_TRUE(state.isBlocked(Two));
    EXPECT_FALSE(state.isBlocked({Two.version, One.sha256}));
    EXPECT_FALSE(state.isBlocked(One));
}

} // namespace
} // namespace baton::store
