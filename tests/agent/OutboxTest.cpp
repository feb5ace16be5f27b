#include "client/agent/Ledger.h"
#include "client/agent/OutboxFile.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

using namespace baton;
using namespace baton::agent;

namespace {

const store::ReleaseKey Key{"1.1.0", std::string(64, 'a')};

store::Attempt attempt() { return {Key, "1.0.0", store::AttemptStage::Granted, {}, "{s}"}; }

std::vector<std::pair<int, int>> pairs(const Outbox& outbox)
{
    std::vector<std::pair<int, int>> found;
    for (const auto& event : outbox.waiting) found.emplace_back(event.type, event.result);
    return found;
}

using Pairs = std::vector<std::pair<int, int>>;

std::string other() { return "{other}"; }

source::Event outcome(const std::string& version) { return {3, 0, 10, "1.0.0", "1.0.0", version, "{s}"}; }

} // namespace

TEST(Outbox, QueuesEachMilestoneOnceAndLeavesNoneOut)
{
    Outbox outbox;

    reach(outbox, attempt(), Milestone::Started);
    reach(outbox, attempt(), Milestone::Started);
    reach(outbox, attempt(), Milestone::Installed);

    EXPECT_EQ(pairs(outbox), (Pairs{{13, 1}, {14, 1}, {800, 1}}));
}

TEST(Outbox, CompletesTheStoryOfACommittedRelease)
{
    Outbox outbox;
    const auto now = attempt();

    takeLine(outbox, {"", "1.0.0", Key, store::Outcome::Committed, 0, ""}, &now, other);

    EXPECT_EQ(pairs(outbox), (Pairs{{13, 1}, {14, 1}, {800, 1}, {3, 2}}));
    EXPECT_TRUE(isEnded(outbox, now));
    EXPECT_EQ(outbox.waiting.back().sessionId, "{s}");
}

TEST(Outbox, CompletesTheStoryOfAReleaseThatWasTakenBackAtOnce)
{
    Outbox outbox;
    const auto now = attempt();
    reach(outbox, now, Milestone::Downloaded);

    takeLine(outbox, {"", "1.0.0", Key, store::Outcome::RolledBack, code::CandidateFailed, ""}, &now, other);

    EXPECT_EQ(pairs(outbox), (Pairs{{13, 1}, {14, 1}, {800, 1}, {3, 0}}));
}

TEST(Outbox, SaysWhichOfTheWaysWithOneCodeItWas)
{
    Outbox outbox;
    store::HistoryLine line{"", "1.0.0", Key, store::Outcome::RolledBack, code::RolledBack, ""};
    line.extra = static_cast<int>(Way::CrashLoop);

    takeLine(outbox, line, nullptr, other);

    EXPECT_EQ(outbox.waiting.at(0).errorCode, 44);
    EXPECT_EQ(outbox.waiting.at(0).extraCode, 9);
    EXPECT_EQ(parseOutbox(print(outbox)), outbox);
}

TEST(Outbox, SaysNotThatItWasInstalledWhereItWasRefusedBefore)
{
    Outbox outbox;
    const auto now = attempt();
    reach(outbox, now, Milestone::Downloaded);

    takeLine(outbox, {"", "1.0.0", Key, store::Outcome::Refused, code::CandidateFailed, ""}, &now, other);

    EXPECT_EQ(pairs(outbox), (Pairs{{13, 1}, {14, 1}, {3, 0}}));
}

TEST(Outbox, NeverReportsAFailureAsSuccess)
{
    Outbox outbox;

    takeLine(outbox, {"", "1.0.0", Key, store::Outcome::RolledBack, 0, ""}, nullptr, other);

    EXPECT_EQ(outbox.waiting.at(0).errorCode, code::Unexplained);
    EXPECT_EQ(outbox.waiting.at(0).sessionId, "{other}");
}

TEST(Outbox, SaysNothingOfTheFirstRelease)
{
    Outbox outbox;

    takeLine(outbox, {"", "", Key, store::Outcome::Committed, 0, ""}, nullptr, other);

    EXPECT_TRUE(outbox.waiting.empty());
}

TEST(Outbox, PrintsAndParses)
{
    Outbox outbox;
    outbox.cursor = 7;
    reach(outbox, attempt(), Milestone::Downloaded);

    EXPECT_EQ(parseOutbox(print(outbox)), outbox);
    EXPECT_EQ(parseOutbox(print(Outbox{})), Outbox{});
    for (const auto* damaged : {"", "{}", "[]", "{\"format\":2}", "{\"format\":1,\"cursor\":\"x\"}"})
        EXPECT_ANY_THROW(parseOutbox(damaged)) << damaged;
}

TEST(Outbox, DropsTheOldestStepsAndNoOutcome)
{
    Outbox outbox;
    source::Event step;
    step.type = 13;

    queue(outbox, outcome("1.1.0"));
    for (int i = 0; i < 100; ++i) {
        step.errorCode = i;
        queue(outbox, step);
    }

    EXPECT_EQ(outbox.waiting.size(), 64U);
    EXPECT_EQ(outbox.waiting.front().type, 3);
    EXPECT_EQ(outbox.waiting.back().errorCode, 99);
    EXPECT_EQ(outbox.lost, 0);
}

TEST(Outbox, TellsOnceWhatHappenedOftenWhenItIsTooMuchAndCountsIt)
{
    Outbox outbox;
    for (int i = 0; i < 100; ++i) {
        auto again = outcome("1." + std::to_string(i % 2) + ".0");
        again.sessionId = std::to_string(i);
        queue(outbox, again);
    }

    ASSERT_EQ(outbox.waiting.size(), 64U);
    EXPECT_EQ(outbox.waiting.back().sessionId, "99") << "it is told as it was the last time";
    int times = 0;
    for (const auto& event : outbox.waiting) times += event.times;
    EXPECT_EQ(times, 100);
    EXPECT_EQ(outbox.lost, 0);
    EXPECT_EQ(parseOutbox(print(outbox)), outbox);
}

TEST(Outbox, LetsNothingOfAFewHundredDifferentOutcomesGo)
{
    Outbox outbox;
    for (int i = 0; i < 256; ++i) {
        queue(outbox, outcome("1.0." + std::to_string(i)));
        queue(outbox, {13, 1, 0, "1.0.0", "1.0.0", "1.0." + std::to_string(i), "{s}"});
    }

    ASSERT_EQ(outbox.waiting.size(), 256U);
    for (int i = 0; i < 256; ++i)
        EXPECT_EQ(outbox.waiting.at(static_cast<std::size_t>(i)).nextVersion, "1.0." + std::to_string(i));
    EXPECT_EQ(outbox.lost, 0);
}

TEST(Outbox, IsBoundedInAnyCaseAndCountsWhatItLoses)
{
    Outbox outbox;
    for (int i = 0; i < 1000; ++i) queue(outbox, outcome("1.0." + std::to_string(i)));

    EXPECT_EQ(outbox.waiting.size(), 256U);
    EXPECT_EQ(outbox.waiting.front().nextVersion, "1.0.744");
    EXPECT_EQ(outbox.lost, 744);
    EXPECT_EQ(parseOutbox(print(outbox)), outbox);

    while (outbox.waiting.size() > 1) delivered(outbox);
    EXPECT_EQ(outbox.lost, 744);
    delivered(outbox);
    EXPECT_EQ(outbox, Outbox{}) << "it is told all that there was";
}

TEST(Outbox, IsPutOffManyTimesWithoutPushingAnOutcomeOut)
{
    Outbox outbox;
    queue(outbox, outcome("1.1.0"));
    for (int i = 0; i < 1000; ++i) queue(outbox, {3, 9, 36, "1.0.0", "1.0.0", "1.2.0", std::to_string(i)});

    EXPECT_EQ(outbox.waiting.size(), 64U);
    EXPECT_EQ(outbox.waiting.front().nextVersion, "1.1.0");
    EXPECT_EQ(outbox.waiting.back().sessionId, "999");
    EXPECT_EQ(outbox.lost, 0);
}

TEST(Outbox, TellsOfEachAppThatIsNewInTheReleaseAndKeepsOfWhich)
{
    Outbox outbox;
    auto now = attempt();
    now.apps = {{{"maps", "io.maps", "7.0.0"}, "6.0.0", "of the maps"}, {{"words", "io.words", "2.0.0"}, "2.0.0"}};
    now.pipelineId = "full";

    takeLine(outbox, {"", "1.0.0", Key, store::Outcome::Committed, 0, ""}, &now, other);

    EXPECT_EQ(pairs(outbox), (Pairs{{13, 1}, {13, 1}, {14, 1}, {14, 1}, {800, 1}, {800, 1}, {3, 2}, {3, 2}}));
    EXPECT_EQ(outbox.waiting.back().appId, "io.maps");
    EXPECT_EQ(outbox.waiting.back().previousVersion, "6.0.0");
    EXPECT_EQ(outbox.waiting.back().pipelineId, "of the maps");
    EXPECT_EQ(outbox.waiting.front().pipelineId, "full");
    EXPECT_EQ(parseOutbox(print(outbox)), outbox);
}

TEST(Outbox, GoesOnInAHistoryWhoseOldestLinesWereLetGo)
{
    const baton::testing::TemporaryDirectory directory;
    const store::Store store(directory.path());
    store.create();
    const auto fails = [&](const std::string& version) {
        store.append({"", "1.0.0", {version, Key.sha256}, store::Outcome::Failed, 10, ""});
    };
    const FakeClock clock;
    KeptLog log;
    fails("1.1.0");
    Ledger ledger(store, clock, log); // What lay there when it was made is nobody's news.
    fails("1.2.0");
    ledger.reconcile();
    fails("1.3.0");
    store.shortenHistory(1);
    fails("1.4.0");

    ledger.reconcile();

    std::vector<std::string> versions;
    for (const auto& event : ledger.outbox().waiting) versions.push_back(event.nextVersion);
    EXPECT_EQ(versions, (std::vector<std::string>{"1.2.0", "1.3.0", "1.4.0"}));
    EXPECT_EQ(ledger.outbox().cursor, 4);
}
