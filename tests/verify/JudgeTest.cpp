#include "client/verify/Judge.h"

#include "client/source/Source.h"
#include "tests/support/SignedStatements.h"

#include <gmock/gmock.h>

namespace baton::verify {
namespace {

using baton::testing::envelopeOf;
using baton::testing::goodStatement;
using baton::testing::listOf;
using baton::testing::newKey;
using baton::testing::publicOf;
using baton::testing::timeOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A machine in the middle of June, trusting `honest` and, while nobody knows better, `stolen`.
struct Machine : ::testing::Test {
    PrivateKey honest = newKey();
    PrivateKey stolen = newKey(Algorithm::EcdsaP256);
    std::vector<PublicKey> configured = publicOf({honest, stolen});
    Memory memory;
    std::string running = "1.4.0";
    WallTime clock = timeOf("2026-06-15T00:00:00Z");
    std::vector<std::string> remarks;

    static Statement release(const std::string& version, const char* issued = "2026-06-01T00:00:00Z")
    {
        auto statement = goodStatement();
        statement.version = version;
        statement.issued = timeOf(issued);
        return statement;
    }

    Ruling rule(const Statement& statement, const std::vector<PrivateKey>& keys)
    {
        return ruleOn(statement, envelopeOf(statement, keys));
    }

    Ruling ruleOn(const Statement& offered, const std::string& text)
    {
        auto ruling = judge(memory, {configured, "stable", {"linux", "x64"}, clock, source::isNewer},
                            {"io.example.web", offered.version, offered.packages, running}, text);
        memory = ruling.memory;
        return ruling;
    }

    /// What is wrong; else it is committed.
    std::string install(const Statement& statement, const std::vector<PrivateKey>& keys)
    {
        const auto ruling = rule(statement, keys);
        if (ruling.refusal) return ruling.refusal->detail;
        memory = parseMemory(print(ruling.ifCommitted)); // As over a restart.
        running = statement.version;
        return {};
    }

    void follow(const std::string& list) { memory = followed(memory, configured, {list}, clock, remarks); }
};

TEST_F(Machine, TakesWhatItsKeysHaveSigned)
{
    EXPECT_EQ(install(release("1.5.0"), {honest}), "");
    EXPECT_EQ(install(release("1.6.0"), {stolen}), "");
}

TEST_F(Machine, RefusesWhatNobodySigned)
{
    EXPECT_THAT(install(release("1.5.0"), {newKey()}), HasSubstr("none of the trusted keys has signed it"));
    EXPECT_THAT(ruleOn(release("1.5.0"), "").refusal->detail, HasSubstr("it has no signed statement"));
    EXPECT_THAT(ruleOn(release("1.5.0"), "{}").refusal->detail, HasSubstr("its statement is none"));
    configured.clear();
    EXPECT_THAT(install(release("1.5.0"), {honest}), HasSubstr("no key to verify them with"));
}

TEST_F(Machine, RemembersTheHighestThatWasCommittedAndNotMerelyOffered)
{
    ASSERT_FALSE(rule(release("1.6.0"), {honest}).refusal);
    ASSERT_EQ(install(release("1.5.0"), {honest}), "");
    ASSERT_EQ(install(release("1.6.0"), {honest}), "");
    running = "1.0.0"; // A person took it back.

    EXPECT_THAT(install(release("1.5.0"), {honest}), HasSubstr("which ran here before"));
    EXPECT_EQ(install(release("1.6.0"), {honest}), "");
}

TEST_F(Machine, GoesBackWhereThatIsSignedAndNotForthAgainByTheOldStatement)
{
    const auto old = release("1.6.0", "2026-06-02T00:00:00Z");
    ASSERT_EQ(install(old, {honest}), "");
    auto back = release("1.5.0", "2026-06-10T00:00:00Z");
    EXPECT_THAT(install(back, {honest}), HasSubstr("which runs, and the statement does not allow that"));
    back.allowDowngradeFrom = {"1.6.0"};
    ASSERT_EQ(install(back, {honest}), "");

    EXPECT_THAT(install(old, {honest}), HasSubstr("took newer releases back"));
    EXPECT_EQ(install(release("1.6.0", "2026-06-11T00:00:00Z"), {honest}), "");
}

TEST_F(Machine, KeepsAFloor)
{
    auto statement = release("1.6.0");
    statement.floor = "1.5.5";
    ASSERT_EQ(install(statement, {honest}), "");
    running = "1.0.0";

    auto old = release("1.5.0", "2026-06-10T00:00:00Z");
    old.allowDowngradeFrom = {"1.6.0"};
    EXPECT_THAT(install(old, {honest}), HasSubstr("below which nothing is to run"));
}

TEST_F(Machine, BelievesNoClockThatIsBehindWhatWasSigned)
{
    auto news = release("1.5.0", "2026-07-20T00:00:00Z");
    news.expires = timeOf("2026-09-01T00:00:00Z");
    ASSERT_EQ(install(news, {honest}), "");
    clock = timeOf("1970-01-02T00:00:00Z");

    EXPECT_THAT(install(release("1.6.0"), {honest}), HasSubstr("ran out at 2026-07-01T00:00:00Z"));
    EXPECT_THAT(caseOf(memory, {configured, "", {}, clock, source::isNewer}, {"io.example.web", "1", {}, ""}).now,
                timeOf("2026-07-20T00:00:00Z"));
}

TEST_F(Machine, LearnsTheTimeFromWhatItRefuses)
{
    ASSERT_TRUE(rule(release("1.0.0", "2026-06-20T00:00:00Z"), {honest}).refusal);
    clock = timeOf("1970-01-02T00:00:00Z");

    EXPECT_EQ(believedOf(memory, configured, clock).now, timeOf("2026-06-20T00:00:00Z"));
}

TEST_F(Machine, LearnsNothingFromAnotherAppsStatement)
{
    auto other = release("9.0.0", "2026-06-20T00:00:00Z");
    other.appId = "io.example.api";

    EXPECT_THAT(ruleOn(release("9.0.0"), envelopeOf(other, {honest})).refusal->detail, HasSubstr("io.example.api"));
    EXPECT_THAT(memory.records, IsEmpty());
}

TEST_F(Machine, ForgetsWhatAStolenKeyBlocked)
{
    auto trap = release("4294967295.0.0", "2026-06-28T00:00:00Z");
    trap.floor = "4294967295.0.0";
    ASSERT_EQ(install(release("1.5.0"), {honest}), "");
    ASSERT_EQ(install(trap, {stolen}), "");
    ASSERT_NE(install(release("1.6.0"), {honest}), "");

    follow(envelopeOf(listOf(1, {honest}), {honest}));

    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_THAT(install(release("1.4.0"), {honest}), HasSubstr("which ran here before")) << "the honest memory stays";
    EXPECT_EQ(install(release("1.6.0"), {honest}), "");
    EXPECT_THAT(install(release("1.7.0"), {stolen}), HasSubstr("none of the trusted keys"));
}

// A mirror may have left out a signature: no key was dropped since, and so nothing is forgotten.
TEST_F(Machine, ForgetsNothingForAListThatAsksForMoreSignatures)
{
    auto newer = release("1.5.0");
    newer.floor = "1.5.0";
    ASSERT_EQ(install(newer, {honest}), "");

    follow(envelopeOf(listOf(1, {honest, stolen}, 2), {honest, stolen}));

    ASSERT_THAT(remarks, IsEmpty());
    EXPECT_THAT(install(release("1.4.0"), {honest, stolen}), HasSubstr("1.4.0 is older than 1.5.0, which runs"));
    running = "1.0.0"; // A person took it back.
    EXPECT_THAT(install(release("1.4.0"), {honest, stolen}), HasSubstr("1.5.0"));
    EXPECT_EQ(install(release("1.6.0"), {honest, stolen}), "");
    EXPECT_EQ(parseMemory(print(memory)), memory);
}

// Of one statement with seven signatures a mirror can make 127.
TEST_F(Machine, KeepsWhatWasCommittedHoweverManyChoicesOfSignaturesAreShown)
{
    std::vector<PrivateKey> keys;
    for (int i = 0; i < 7; ++i) keys.push_back(newKey());
    configured = publicOf(keys);
    auto newer = release("1.6.0");
    newer.floor = "1.5.5";
    ASSERT_EQ(install(newer, {keys[0]}), "");
    const auto old = release("1.3.0");

    for (unsigned choice = 1; choice < 128; ++choice) {
        std::vector<PrivateKey> some;
        for (unsigned i = 0; i < 7; ++i)
            if ((choice >> i & 1U) != 0) some.push_back(keys[i]);
        ASSERT_NE(install(old, some), "");
    }

    running = "1.0.0"; // A person took it back.
    EXPECT_NE(install(release("1.5.0"), {keys[6]}), "");
    EXPECT_LE(memory.records.size(), 64U);
}

TEST_F(Machine, FollowsAListOfKeysWhoseTimeIsOver)
{
    auto list = listOf(1, {honest});
    list.keys[0].until = timeOf("2026-06-16T00:00:00Z");
    follow(envelopeOf(list, {honest}));
    clock = timeOf("2026-08-01T00:00:00Z"); // It was away.
    ASSERT_NE(install(release("1.5.0"), {honest}), "");

    const auto next = newKey();
    follow(envelopeOf(listOf(2, {next}), {honest, next}));

    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_EQ(believedOf(memory, configured, clock).version, 2);
}

TEST_F(Machine, FollowsAChainOneByOne)
{
    const auto next = newKey();
    const auto last = newKey();
    const auto first = envelopeOf(listOf(1, {honest, next}, 2), {honest, next});
    const auto second = envelopeOf(listOf(2, {next, last}, 2), {honest, next, last});

    memory = followed(memory, configured, {second}, clock, remarks);
    EXPECT_THAT(remarks, ::testing::ElementsAre(HasSubstr("it is version 2, and 1 comes next")));
    remarks.clear();
    memory = parseMemory(print(followed(memory, configured, {first, second}, clock, remarks)));

    EXPECT_THAT(remarks, IsEmpty());
    EXPECT_EQ(believedOf(memory, configured, clock).version, 2);
    EXPECT_THAT(install(release("1.5.0"), {honest, next}), HasSubstr("1 of the 2 different trusted keys"));
    EXPECT_EQ(install(release("1.5.0"), {last, next}), "");
}

TEST_F(Machine, FollowsNoListThatIsNotSignedByBoth)
{
    const auto thief = newKey();
    const auto refused = [&](const std::string& list) {
        remarks.clear();
        follow(list);
        EXPECT_EQ(believedOf(memory, configured, clock).version, 0);
        return remarks.empty() ? std::string() : remarks.front();
    };
    EXPECT_THAT(refused(envelopeOf(listOf(1, {thief}), {thief})), HasSubstr("of the keys that it replaces: none"));
    EXPECT_THAT(refused(envelopeOf(listOf(1, {thief}), {honest})), HasSubstr("of its own keys: none"));
    EXPECT_THAT(refused(envelopeOf(listOf(1, {honest, thief}, 2), {honest})), HasSubstr("of its own keys: 1 of the 2"));
    EXPECT_THAT(refused(envelopeOf(listOf(2, {honest}), {honest})), HasSubstr("version 2, and 1 comes next"));
    EXPECT_THAT(refused(envelopeOf(goodStatement(), {honest})), HasSubstr("predicateType"));
    EXPECT_THAT(refused("junk"), HasSubstr("no JSON"));
    auto endless = listOf(1, {honest});
    endless.threshold = 2;
    EXPECT_THAT(refused(envelopeOf(endless, {honest})), HasSubstr("threshold is out of range"));
}

TEST_F(Machine, CountsAKeyInItsTimeOnly)
{
    auto list = listOf(1, {honest, stolen});
    list.keys[0].from = timeOf("2026-06-20T00:00:00Z");
    list.keys[1].until = timeOf("2026-06-20T00:00:00Z");
    follow(envelopeOf(list, {honest}));
    ASSERT_THAT(remarks, IsEmpty());

    EXPECT_NE(install(release("1.5.0"), {honest}), "");
    EXPECT_EQ(install(release("1.5.0"), {stolen}), "");
    clock = timeOf("2026-06-20T00:00:00Z");
    EXPECT_NE(install(release("1.6.0"), {stolen}), "");
    EXPECT_EQ(install(release("1.6.0"), {honest}), "");
}

TEST_F(Machine, WantsAListThatHasNotRunOut)
{
    auto list = listOf(1, {honest});
    list.expires = timeOf("2026-06-16T00:00:00Z");
    follow(envelopeOf(list, {honest}));
    ASSERT_EQ(install(release("1.5.0"), {honest}), "");
    clock = timeOf("2026-06-16T00:00:00Z");

    EXPECT_THAT(install(release("1.6.0"), {honest}), HasSubstr("the list of keys, version 1, ran out"));
    follow(envelopeOf(listOf(2, {honest}), {honest}));
    EXPECT_EQ(install(release("1.6.0"), {honest}), "") << "an old list is still good enough to name its successor";
}

TEST_F(Machine, BeginsAnewWhenItsOwnerGivesOtherKeys)
{
    const auto other = newKey();
    follow(envelopeOf(listOf(1, {honest}), {honest}));
    configured = publicOf({other});
    memory = followed(memory, configured, {}, clock, remarks);

    EXPECT_EQ(believedOf(memory, configured, clock).version, 0);
    EXPECT_EQ(install(release("1.5.0"), {other}), "");
}

TEST(Memory, IsRefusedWhenItIsDamaged)
{
    EXPECT_THROW(parseMemory("{}"), std::runtime_error);
    EXPECT_THROW(parseMemory(""), std::runtime_error);
    EXPECT_EQ(parseMemory(print(Memory())), Memory());
}

} // namespace
} // namespace baton::verify
