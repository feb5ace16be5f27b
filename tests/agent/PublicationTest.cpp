#include "client/agent/Publication.h"

#include "tests/agent/CycleFixture.h"
#include "tests/support/SignedStatements.h"

namespace baton::agent {
namespace {

using baton::testing::envelopeOf;
using baton::testing::goodStatement;
using baton::testing::listOf;
using baton::testing::newKey;
using baton::testing::publicOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(StatementUrl, StandsBesideThePackage)
{
    EXPECT_EQ(statementUrl("http://h/d/web.tar"), "http://h/d/web.tar.dsse.json");
    EXPECT_EQ(statementUrl("http://h/d/web.tar?a=/b"), "http://h/d/web.tar.dsse.json?a=/b");
    EXPECT_EQ(keyListUrl("http://h/d/web.tar", 2), "http://h/d/keys-2.json");
    EXPECT_EQ(keyListUrl("http://h/d/web.tar?a=/b", 12), "http://h/d/keys-12.json?a=/b");
}

// An offer of version 1.5.0 on two mirrors, in the middle of June 2026.
struct Offered : ::testing::Test {
    Offered()
    {
        settings.appId = "io.example.web";
        settings.track = "stable";
        settings.needsSignatures = true;
        settings.keys = publicOf({key});
        statement.os.clear();
        statement.arch.clear();
        const auto& package = statement.packages.front();
        offer = {"1.5.0",
                 {{package.name,
                   package.sizeBytes,
                   package.sha256,
                   {"http://a/" + package.name, "http://b/" + package.name}}}};
        clock.set = baton::testing::timeOf("2026-06-15T00:00:00Z") - clock.wall();
    }

    Publication read()
    {
        std::vector<source::OtherAnswer> none;
        return Publications(settings, transport, clock, log).read(offer, none, stateOf({}), nullptr);
    }
    void put(const std::string& mirror, const std::string& text,
             const std::string& name = "web-1.5.0.tar.zst.dsse.json")
    {
        transport.files["http://" + mirror + ":80/" + name] = text;
        transport.files["http://" + mirror + "/" + name] = text;
    }

    verify::PrivateKey key = newKey();
    verify::Statement statement = goodStatement();
    Settings settings;
    source::Offer offer;
    HandClock clock;
    SilentLog log;
    ScriptedTransport transport;
};

TEST_F(Offered, IsFineWithTheStatementOfAnyMirror)
{
    put("b", envelopeOf(statement, {key}));
    const auto found = read();

    EXPECT_EQ(found.refusal, std::nullopt);
    EXPECT_THAT(found.papers.statements, ElementsAre(::testing::Pair("", envelopeOf(statement, {key}))));
    EXPECT_EQ(found.digest, verify::sha256Of(print(found.papers)));
    EXPECT_EQ(store::parsePapers(print(found.papers)), found.papers);
}

TEST_F(Offered, HasTheDeltasThatWereSignedBesideThePackage)
{
    const std::string from(64, 'a');
    const std::string made(64, 'b');
    statement.deltas = {{from, "web-1.4.0-1.5.0.bsdiff", "bsdiff40", 99, made}, {from, "later", "newer-way", 5, made}};
    put("b", envelopeOf(statement, {key}));
    read();

    EXPECT_THAT(offer.packages.front().deltas,
                ElementsAre(source::OfferedDelta{
                    from, 99, made, {"http://a/web-1.4.0-1.5.0.bsdiff", "http://b/web-1.4.0-1.5.0.bsdiff"}}));
}

TEST_F(Offered, HasNoDeltasThatAStrangerSigned)
{
    statement.deltas = {{std::string(64, 'a'), "web.bsdiff", "bsdiff40", 99, std::string(64, 'b')}};
    put("a", envelopeOf(statement, {newKey()}));
    read();

    EXPECT_THAT(offer.packages.front().deltas, IsEmpty());
}

TEST_F(Offered, GoesPastAMirrorThatLies)
{
    put("a", envelopeOf(statement, {newKey()}));
    put("b", envelopeOf(statement, {key}));

    EXPECT_EQ(read().refusal, std::nullopt);
}

TEST_F(Offered, WillBeRefusedAndSaysWhy)
{
    EXPECT_THAT(read().refusal.value_or(""), HasSubstr("no signed statement"));
    put("a", envelopeOf(statement, {newKey()}));
    EXPECT_THAT(read().refusal.value_or(""), HasSubstr("none of the trusted keys"));
    put("a", std::string(70'000, '{'));
    EXPECT_THAT(read().refusal.value_or(""), HasSubstr("no signed statement"));
}

TEST_F(Offered, GetsItsSha256FromTheStatement)
{
    offer.packages.front().sha256.clear();
    put("a", envelopeOf(statement, {key}));

    EXPECT_EQ(read().refusal, std::nullopt);
    EXPECT_EQ(offer.packages.front().sha256, statement.packages.front().sha256);
}

TEST_F(Offered, GetsNoSha256FromAStranger)
{
    offer.packages.front().sha256.clear();
    put("a", envelopeOf(statement, {newKey()}));
    const auto found = read();

    EXPECT_EQ(offer.packages.front().sha256, "");
    EXPECT_EQ(decide(offer, {"1.4.0"}, stateOf({}), found, false).choice, Choice::Unusable);
}

TEST_F(Offered, GetsItsSizeFromTheStatement)
{
    offer.packages.front().sizeBytes = 0;
    put("a", envelopeOf(statement, {key}));
    const auto found = read();

    EXPECT_EQ(found.refusal, std::nullopt);
    EXPECT_EQ(offer.packages.front().sizeBytes, statement.packages.front().sizeBytes);
    EXPECT_EQ(decide(offer, {"1.4.0"}, stateOf({}), found, false).choice, Choice::Take);
}

TEST_F(Offered, GetsNoSizeFromAStranger)
{
    offer.packages.front().sizeBytes = 0;
    put("a", envelopeOf(statement, {newKey()}));
    const auto found = read();

    const auto decision = decide(offer, {"1.4.0"}, stateOf({}), found, false);

    EXPECT_EQ(decision.choice, Choice::Unusable);
    EXPECT_THAT(decision.why, HasSubstr("has no size, and no statement that is believed has one"));
}

TEST_F(Offered, BringsItsStatementAlong)
{
    offer.statement = envelopeOf(statement, {key});

    EXPECT_EQ(read().refusal, std::nullopt);
    EXPECT_EQ(transport.asked, 2) << "for a list of keys alone";
}

TEST_F(Offered, BringsAChainOfKeys)
{
    const auto next = newKey();
    const auto last = newKey();
    put("a", envelopeOf(listOf(1, {next}), {key, next}), "keys-1.json");
    put("a", envelopeOf(listOf(2, {last}), {last}), "keys-2.json"); // A mirror's own.
    put("b", envelopeOf(listOf(2, {last}), {next, last}), "keys-2.json");
    put("a", envelopeOf(statement, {last}));
    const auto found = read();

    EXPECT_EQ(found.refusal, std::nullopt);
    EXPECT_THAT(found.papers.keyLists, ::testing::SizeIs(2));
}

TEST_F(Offered, IsTriedAgainWithOtherPapersOrWhenAPersonAsks)
{
    const auto found = read();
    auto state = stateOf({});
    state.block({keyOf(offer), "unsigned", "2026-06-01T00:00:00Z", found.digest});

    EXPECT_EQ(decide(offer, {"1.4.0"}, state, found, false).choice, Choice::Blocked);
    EXPECT_EQ(decide(offer, {"1.4.0"}, state, found, true).choice, Choice::Take);
    put("a", envelopeOf(statement, {key}));
    EXPECT_EQ(decide(offer, {"1.4.0"}, state, read(), false).choice, Choice::Take);
    state.block({keyOf(offer), "it crashed", "2026-06-01T00:00:00Z"});
    EXPECT_EQ(decide(offer, {"1.4.0"}, state, read(), true).choice, Choice::Blocked) << "the bytes themselves are bad";
}

TEST_F(Offered, MayBeOlderIfThatIsSigned)
{
    store::State state;
    state.current = store::ReleaseKey{"1.6.0", std::string(64, 'a')};
    const auto choose = [&] {
        std::vector<source::OtherAnswer> none;
        const auto found = Publications(settings, transport, clock, log).read(offer, none, state, nullptr);
        return decide(offer, {"1.6.0"}, state, found, false).choice;
    };
    put("a", envelopeOf(statement, {key}));
    EXPECT_EQ(choose(), Choice::NotNewer);
    statement.allowDowngradeFrom = {"1.6.0"};
    put("a", envelopeOf(statement, {key}));
    EXPECT_EQ(choose(), Choice::Take);
}

struct SignedCycle : CycleTest {
    SignedCycle() { settings.needsSignatures = true; }
};

// The stager needs nothing to refuse the papers, and the supervisor writes it down.
TEST_F(SignedCycle, HandsOverWithoutFetchingWhatWillBeRefused)
{
    source.answers = {offer()};
    live({});

    ASSERT_TRUE(store.loadAttempt());
    EXPECT_EQ(store.loadAttempt()->stage, store::AttemptStage::Downloaded);
    EXPECT_THAT(source.heard, ElementsAre("check"));
    EXPECT_THAT(words(control::AgentNews::Kind::Downloaded), ElementsAre("1.1.0"));
    EXPECT_FALSE(std::filesystem::exists(store.downloads() / key.sha256));
    EXPECT_TRUE(std::filesystem::exists(store.papersFile()));

    line(store::Outcome::Refused, code::VerificationFailed);
    live({});
    EXPECT_FALSE(store.loadAttempt());
    EXPECT_FALSE(std::filesystem::exists(store.papersFile()));
    EXPECT_THAT(source.heard, ::testing::Contains("3/0:12"));
}

} // namespace
} // namespace baton::agent
