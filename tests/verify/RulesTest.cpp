// Each rule alone stands between a wrong statement and a machine: a row here spoils what one row of the table is about.
#include "client/verify/Rules.h"

#include "client/core/Failure.h"
#include "client/source/Source.h"
#include "tests/support/SignedStatements.h"

#include <gmock/gmock.h>

#include <functional>
#include <set>

namespace baton::verify {
namespace {

using baton::testing::goodStatement;
using baton::testing::timeOf;

Case goodCase()
{
    const auto statement = goodStatement();
    return {statement.appId,
            statement.version,
            statement.packages,
            "stable",
            {"linux", "x64"},
            "1.4.0",
            {{statement.appId, {}, "1.4.0", "1.0.0", statement.issued, {}}},
            timeOf("2026-06-15T00:00:00Z"),
            source::isNewer};
}

struct Attack {
    const char* rule;
    const char* sentence;
    std::function<void(Statement&, Case&)> spoil;
};

const std::vector<Attack>& attacks()
{
    static const std::vector<Attack> all{
        {"app", "is for the app io.example.api", [](Statement& s, Case&) { s.appId = "io.example.api"; }},
        {"version", "is for version 1.4.9, but 1.5.0 was offered", [](Statement& s, Case&) { s.version = "1.4.9"; }},
        {"order", "has no order",
         [](Statement& s, Case& c) {
             s.version = "latest";
             c.version = "latest";
         }},
        {"named", "does not name the package extra.so",
         [](Statement&, Case& c) {
             c.packages.push_back({"extra.so", 1, sha256Of("evil")});
         }},
        {"digest", "was signed", [](Statement&, Case& c) { c.packages[0].sha256 = sha256Of("evil"); }},
        {"size", "4712 bytes, but 4711 were signed", [](Statement&, Case& c) { ++c.packages[0].sizeBytes; }},
        {"complete", "signed package fixes.tar is not among",
         [](Statement& s, Case&) {
             s.packages.push_back({"fixes.tar", 1, sha256Of("fixes")});
         }},
        {"first", "first package is web-1.5.0.tar.zst, but data.sh was offered first",
         [](Statement& s, Case& c) {
             s.packages.push_back({"data.sh", 1, sha256Of("data")});
             c.packages = {s.packages[1], s.packages[0]};
         }},
        {"track", "for the track beta and others, not for nightly", [](Statement&, Case& c) { c.track = "nightly"; }},
        {"os", "is for windows, and this is linux", [](Statement& s, Case&) { s.os = "windows"; }},
        {"arch", "machines of arm64, and this one is x64", [](Statement& s, Case&) { s.arch = "arm64"; }},
        {"expiry", "ran out at 2026-07-01T00:00:00Z, and is 30 days old",
         [](Statement& s, Case& c) { c.now = s.expires; }},
        {"downgrade", "is older than 1.6.0, which runs", [](Statement&, Case& c) { c.running = "1.6.0"; }},
        {"rollback", "is older than 1.6.0, which ran here before",
         [](Statement&, Case& c) { c.records[0].highest = "1.6.0"; }},
        {"floor", "is older than 1.5.1, below which nothing",
         [](Statement&, Case& c) { c.records[0].floor = "1.5.1"; }},
        {"taken-back", "older than the one that took newer releases back",
         [](Statement& s, Case& c) { c.records[0].takenBack = s.issued + Duration(1000); }},
    };
    return all;
}

TEST(Rules, LetTheRightStatementPass) { EXPECT_EQ(faultOf(goodStatement(), goodCase()), std::nullopt); }

TEST(Rules, AreEachHeldByAnAttack)
{
    std::multiset<std::string_view> held;
    std::multiset<std::string_view> rules;
    for (const auto& attack : attacks()) held.insert(attack.rule);
    for (const auto& rule : ruleTable()) rules.insert(rule.name);

    EXPECT_EQ(held, rules);
}

// With that row taken out of the table, the attack would pass: no other rule stops it.
TEST(Rules, StopAnAttackEachAlone)
{
    for (const auto& attack : attacks()) {
        auto statement = goodStatement();
        auto known = goodCase();
        attack.spoil(statement, known);
        for (const auto& rule : ruleTable()) {
            const auto sentence = rule.fault(statement, known);
            if (rule.name == attack.rule)
                EXPECT_THAT(sentence, ::testing::HasSubstr(attack.sentence)) << attack.rule;
            else
                EXPECT_EQ(sentence, "") << rule.name << " of the attack on " << attack.rule;
        }
        const auto fault = faultOf(statement, known);
        ASSERT_TRUE(fault);
        EXPECT_EQ(fault->rule, attack.rule);
        EXPECT_NE(fault->code, 0);
    }
}

TEST(Rules, AllowADowngradeThatIsSigned)
{
    auto statement = goodStatement();
    auto known = goodCase();
    known.running = "1.6.0";
    known.records[0].highest = "1.6.0";

    statement.allowDowngradeFrom = {"1.6.1"};
    EXPECT_TRUE(faultOf(statement, known));
    statement.allowDowngradeFrom = {"1.5.9", "1.6.0"};
    EXPECT_EQ(faultOf(statement, known), std::nullopt);
}

TEST(Rules, AskNothingThatWasNotStated)
{
    auto statement = goodStatement();
    statement.tracks.clear();
    statement.os.clear();
    statement.arch.clear();
    auto known = goodCase();
    known.track = "nightly";
    known.platform = {"plan9", "mips"};
    known.running.clear();
    known.records.clear();

    EXPECT_EQ(faultOf(statement, known), std::nullopt);
}

TEST(Rules, TakeTheLastMomentBeforeTheEnd)
{
    auto known = goodCase();
    known.now = goodStatement().expires - Duration(1);
    EXPECT_EQ(faultOf(goodStatement(), known), std::nullopt);
}

TEST(Platform, SpeaksOmahasWords)
{
    EXPECT_EQ(platformOf("x86_64"), (Platform{"linux", "x64"}));
    EXPECT_EQ(platformOf("aarch64"), (Platform{"linux", "arm64"}));
    EXPECT_EQ(platformOf("riscv64"), (Platform{"linux", "riscv64"}));
    EXPECT_EQ(thisPlatform().os, "linux");
}

} // namespace
} // namespace baton::verify
