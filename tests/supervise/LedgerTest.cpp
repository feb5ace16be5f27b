#include "client/supervise/Ledger.h"

#include "client/os/Files.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;

const store::ReleaseKey One{"1.0.0", std::string(64, 'a')};
const store::ReleaseKey Two{"1.1.0", std::string(64, 'b')};

struct LedgerTest : ::testing::Test {
    LedgerTest() { store.create(); }

    /// A directory in the place of the temporary file: no write succeeds, whoever runs the test.
    void breakDisk() const { fs::create_directory(blocker()); }
    void mendDisk() const { fs::remove(blocker()); }
    fs::path blocker() const { return store.root() / ".state.json.tmp"; }

    testing::TemporaryDirectory directory;
    store::Store store{directory.path()};
    FakeClock clock;
    KeptLog log;
};

TEST_F(LedgerTest, ChangesMemoryAndDiskTogether)
{
    Ledger ledger(store, clock, log);
    EXPECT_TRUE(ledger.record("commit", [](store::State& state) { state.current = One; }));
    EXPECT_EQ(ledger.state().current, One);
    EXPECT_EQ(store.loadState(), ledger.state());
    EXPECT_EQ(fs::read_symlink(store.root() / "current"), "releases/" + One.directoryName());
}

TEST_F(LedgerTest, TakesNoStepThatCannotBeRecorded)
{
    Ledger ledger(store, clock, log);
    breakDisk();
    EXPECT_FALSE(ledger.record("commit", [](store::State& state) { state.current = One; }));
    EXPECT_EQ(ledger.state().current, std::nullopt);
    EXPECT_TRUE(log.has("\"commit\""));
    mendDisk();
    EXPECT_TRUE(ledger.record("commit", [](store::State& state) { state.current = One; }));
}

TEST_F(LedgerTest, CatchesUpOnceTheDiskTakesIt)
{
    Ledger ledger(store, clock, log);
    EXPECT_TRUE(ledger.catchUp());
    EXPECT_FALSE(store.loadState()) << "there was nothing to write";
    breakDisk();
    ledger.note("commit", [](store::State& state) { state.current = One; });

    EXPECT_FALSE(ledger.catchUp());
    mendDisk();
    EXPECT_TRUE(ledger.catchUp());

    EXPECT_EQ(store.loadState(), ledger.state());
    Ledger next(store, clock, log, ledger.state());
    breakDisk();
    EXPECT_FALSE(next.catchUp()) << "what the one before it had written it cannot know";
}

TEST_F(LedgerTest, RemembersWhatHasHappenedUntilTheDiskTakesIt)
{
    Ledger ledger(store, clock, log);
    breakDisk();
    ledger.note("take back",
                [&](store::State& state) { ledger.setOutcome(state, Two, store::Outcome::RolledBack, 44, "it died"); });
    EXPECT_TRUE(store.history().empty());
    mendDisk();
    ledger.note("more", [](store::State&) {});
    ASSERT_EQ(store.history().size(), 1U);
    EXPECT_EQ(store.history().front().reason, "it died");
}

TEST_F(LedgerTest, AppendsAnOutcomeOnce)
{
    Ledger ledger(store, clock, log);
    ledger.note("commit",
                [&](store::State& state) { ledger.setOutcome(state, Two, store::Outcome::Committed, 0, ""); });
    ledger.note("more", [](store::State&) {});
    ASSERT_EQ(store.history().size(), 1U);
    EXPECT_EQ(store.history().front().key, Two);
}

TEST_F(LedgerTest, AppendsWhatACrashLeftUnappendedAndNoMore)
{
    store::State state;
    state.outcome = store::HistoryLine{"2026-11-23T18:00:00Z", "1.0.0", Two, store::Outcome::Committed, 0, ""};
    store.save(state);
    {
        const Ledger first(store, clock, log);
    }
    const Ledger second(store, clock, log); // The first one died before it saved the state without the line.
    EXPECT_EQ(store.history().size(), 1U);
}

} // namespace
} // namespace baton::supervise
