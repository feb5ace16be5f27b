// The power goes at every step of an update and of a way back, and of what was not synced any part is lost: the store
// opens, what was committed is whole, and the next cycle ends well.
#include "client/os/Files.h"
#include "client/stage/Stager.h"
#include "client/store/Recovery.h"
#include "client/supervise/Ledger.h"
#include "client/verify/Sha256.h"
#include "tests/stage/Tar.h"
#include "tests/store/RecordedDisk.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <system_error>

namespace baton::store {
namespace {

namespace fs = std::filesystem;
using supervise::Ledger;
using testing::RecordedDisk;
using Kept = RecordedDisk::Kept;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string textOf(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// A release of several files, as it is fetched.
struct Payload {
    explicit Payload(std::string of) : version(std::move(of))
    {
        for (int i = 0; i < 3; ++i)
            files["data/" + std::to_string(i)] = version + std::string(700, static_cast<char>('a' + i));
        files["bin/app"] = "#!/bin/sh\nexit 0\n#" + version + "\n";
        std::vector<stage::TarItem> items;
        for (const auto& file : files) items.push_back({file.first, file.second});
        bytes = stage::tar(items);
        key = {version, verify::sha256Of(bytes)};
    }

    bool isWholeIn(const fs::path& directory) const
    {
        return std::all_of(files.begin(), files.end(),
                           [&](const auto& file) { return textOf(directory / file.first) == file.second; });
    }

    std::string version;
    std::map<std::string, std::string> files;
    std::string bytes;
    ReleaseKey key;
};

const Payload Older("0.9.0");
const Payload Old("1.0.0");
const Payload New("1.1.0");

/// What the agent, the stager and the supervisor do to the state directory, in their order and by their own code.
class Baton {
public:
    Baton(const fs::path& root, std::function<void(const std::string&)> promise)
        : store(root),
          promise_(std::move(promise))
    {
    }

    // As every start does.
    void start()
    {
        store.create();
        damage = recoverState(store).damage;
        ledger.emplace(store, clock_, log);
        ledger->note("start", [](State& state) { state.generations.clear(); });
        store.removeLeftovers();
    }

    void update(const Payload& payload)
    {
        const auto install = ledger->state().install;
        if (ledger->state().current != payload.key) {
            const bool isInstalled = install && install->step != InstallStep::TryOut && store.loadRelease(install->key);
            if (!isInstalled) {
                fetch(payload);
                stageAndInstall(payload);
            }
            const auto& now = ledger->state().install;
            if (now && now->key == payload.key && now->step != InstallStep::TryOut) handOver(payload);
        }
        if (ledger->state().current == payload.key) tidy();
    }

    void takeBack()
    {
        const auto key = *ledger->state().current;
        ledger->note("take back " + key.version, [&](State& state) {
            if (!state.isBlocked(key)) state.blocked.push_back({key, "it died", "2026-01-01T00:00:00Z"});
            state.current = state.previous;
            state.previous.reset();
            ledger->setOutcome(state, key, Outcome::RolledBack, 44, "it died");
        });
        promise_("taken back");
    }

    Store store;
    std::optional<Ledger> ledger;
    std::vector<std::string> damage;
    std::string verdict;
    KeptLog log;

private:
    void fetch(const Payload& payload) const
    {
        if (const auto known = store.loadAttempt(); known && known->stage == AttemptStage::Downloaded) return;
        Attempt attempt;
        attempt.key = payload.key;
        attempt.from = "1.0.0";
        attempt.stage = AttemptStage::Downloading;
        attempt.packages = {
            {"app.tar", static_cast<std::int64_t>(payload.bytes.size()), payload.key.sha256, {"http://x/"}, ""}};
        attempt.sessionId = "s";
        store.save(attempt);
        const auto part = store.downloads() / (payload.key.sha256 + ".part");
        {
            const auto file = os::open(part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW);
            const auto half = payload.bytes.size() / 2;
            os::writeAll(file.get(), std::string_view(payload.bytes).substr(0, half), part);
            os::writeAll(file.get(), std::string_view(payload.bytes).substr(half), part);
            os::syncFile(file.get(), part);
        }
        os::renameDurably(part, store.downloads() / payload.key.sha256);
        attempt.stage = AttemptStage::Downloaded;
        store.save(attempt);
        promise_("fetched");
    }

    void stageAndInstall(const Payload& payload)
    {
        const auto found = stage::run(store, {stage::Expected::Tree, {}, {}}, log);
        verdict = found.reason;
        if (found.kind != VerdictKind::Staged) return;
        if (!step("try out", [&](State& state) { state.install = Install{payload.key, InstallStep::TryOut}; })) return;
        store.install(payload.key);
        step("install", [&](State& state) { state.install = Install{payload.key, InstallStep::Installed}; });
    }

    void handOver(const Payload& payload)
    {
        if (!store.loadRelease(payload.key)) return;
        const auto begin = [&](State& state) { state.install = Install{payload.key, InstallStep::Started, 1}; };
        const auto commit = [&](State& state) {
            ledger->setOutcome(state, payload.key, Outcome::Committed, 0, "");
            state.previous = state.current;
            state.current = payload.key;
            state.install.reset();
        };
        if (step("start", begin) && step("commit", commit)) promise_("committed");
    }

    // What cannot be written down is not done.
    bool step(const std::string& name, const std::function<void(State&)>& change)
    {
        return ledger->record(name, change);
    }

    // The agent has read the history; the supervisor needs the oldest release no more.
    void tidy()
    {
        store.forgetAttempt();
        for (const auto& release : store.installed())
            if (release.key != ledger->state().current && release.key != ledger->state().previous)
                store.removeRelease(release.key);
    }

    FakeClock clock_;
    std::function<void(const std::string&)> promise_;
};

void nobodyIsPromised(const std::string&) {}

/// A way to lose what was not synced: how much is kept of each pending step.
struct Loss {
    std::string name;
    std::function<Kept(std::size_t step)> keep;
};

bool isOfContent(const testing::Step& step)
{
    return step.change == testing::Change::Write || step.change == testing::Change::Cut ||
           step.change == testing::Change::Mode;
}

std::vector<Loss> lossesAt(const RecordedDisk& disk, std::size_t count)
{
    const auto choose = [](bool keeps) { return keeps ? Kept::All : Kept::Nothing; };
    std::vector<Loss> losses{{"nothing is lost", [](std::size_t) { return Kept::All; }}};
    const auto pending = disk.pendingAt(count);
    if (pending.empty()) return losses;
    losses.push_back({"all is lost", [](std::size_t) { return Kept::Nothing; }});
    losses.push_back({"names are kept and contents are lost",
                      [&disk, choose](std::size_t step) { return choose(!isOfContent(disk.steps()[step])); }});
    losses.push_back({"contents are kept and names are lost",
                      [&disk, choose](std::size_t step) { return choose(isOfContent(disk.steps()[step])); }});
    losses.push_back({"every write is cut short", [](std::size_t) { return Kept::Half; }});
    for (const auto one : pending) {
        const auto what = print(disk.steps()[one]);
        losses.push_back({"lost alone: " + what, [one, choose](std::size_t step) { return choose(step != one); }});
        losses.push_back({"kept alone: " + what, [one, choose](std::size_t step) { return choose(step == one); }});
        losses.push_back(
            {"cut short: " + what, [one](std::size_t step) { return step == one ? Kept::Half : Kept::All; }});
        losses.push_back(
            {"lost from here on: " + what, [one, choose](std::size_t step) { return choose(step < one); }});
    }
    return losses;
}

struct CrashPoints : ::testing::Test {
    CrashPoints()
    {
        baton.start();
        // Two releases are there, as on any machine that was updated once.
        for (const auto* payload : {&Older, &Old}) baton.update(*payload);
    }

    /// Records what `deed` does, then asks `judge` about each disk that any loss of power in it can leave.
    void explore(const std::function<void()>& deed,
                 const std::function<void(const fs::path& root, const std::set<std::string>& promised)>& judge)
    {
        disk.start(directory.path());
        deed();
        disk.stop();
        std::set<std::string> seen;
        std::set<std::string> promised;
        std::size_t points = 0;
        for (std::size_t count = 0; count <= disk.steps().size(); ++count) {
            if (count > 0 && disk.steps()[count - 1].change == testing::Change::Promise)
                promised.insert(disk.steps()[count - 1].bytes);
            for (const auto& loss : lossesAt(disk, count)) {
                ++points;
                const auto left = disk.after(count, loss.keep);
                std::string promises;
                for (const auto& one : promised) promises += one + ' ';
                if (!seen.insert(promises + fingerprint(left)).second) continue;
                const testing::TemporaryDirectory scratch;
                layOut(left, scratch.path());
                SCOPED_TRACE("step " + std::to_string(count) + " of " + std::to_string(disk.steps().size()) +
                             (count > 0 ? ", after: " + print(disk.steps()[count - 1]) : "") + "; " + loss.name);
                judge(scratch.path(), promised);
                if (HasFailure()) return;
            }
        }
        std::printf("%zu crash points, %zu different disks, %zu steps\n", points, seen.size(), disk.steps().size());
        RecordProperty("crashPoints", static_cast<int>(points));
        explored = points;
    }

    testing::TemporaryDirectory directory;
    RecordedDisk disk;
    std::size_t explored = 0;
    Baton baton{directory.path(), [this](const std::string& what) { disk.promise(what); }};
};

void expectRuns(const Baton& baton, const Payload& payload)
{
    const auto& state = baton.ledger->state();
    ASSERT_EQ(state.current, payload.key);
    EXPECT_TRUE(baton.store.loadRelease(payload.key));
    EXPECT_TRUE(payload.isWholeIn(baton.store.releaseDirectory(payload.key)));
    EXPECT_EQ(fs::read_symlink(baton.store.root() / "current"), "releases/" + payload.key.directoryName());
}

std::vector<std::string> leftovers(const Baton& baton)
{
    std::vector<std::string> names;
    for (const auto& directory : {baton.store.root(), baton.store.releases(), baton.store.downloads()})
        for (const auto& entry : fs::directory_iterator(directory))
            if (entry.path().filename().string().starts_with('.')) names.push_back(entry.path().filename().string());
    return names;
}

TEST_F(CrashPoints, OfAnUpdateLoseNeitherTheOldReleaseNorTheNew)
{
    explore([&] { baton.update(New); },
            [](const fs::path& root, const std::set<std::string>& promised) {
                Baton next(root, nobodyIsPromised);
                next.start();

                EXPECT_THAT(next.damage, IsEmpty());
                expectRuns(next,
                           promised.count("committed") != 0 || next.ledger->state().current == New.key ? New : Old);

                next.update(New);
                expectRuns(next, New);
                EXPECT_EQ(next.verdict, "");
                EXPECT_THAT(next.ledger->state().blocked, IsEmpty());
                EXPECT_EQ(next.ledger->state().previous, Old.key);
                const auto lines = next.store.history();
                EXPECT_EQ(
                    std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.key == New.key; }), 1);
                EXPECT_EQ(next.store.installed().size(), 2U);
                EXPECT_EQ(next.store.loadAttempt(), std::nullopt);
                EXPECT_FALSE(fs::exists(next.store.downloads() / New.key.sha256));
            });
    EXPECT_GE(explored, 1'000U);
}

TEST_F(CrashPoints, OfAWayBackNeverBringBackWhatWasTakenBack)
{
    baton.update(New);
    explore([&] { baton.takeBack(); },
            [](const fs::path& root, const std::set<std::string>& promised) {
                Baton next(root, nobodyIsPromised);
                next.start();

                EXPECT_THAT(next.damage, IsEmpty());
                const bool isTakenBack = next.ledger->state().current == Old.key;
                EXPECT_TRUE(isTakenBack || promised.count("taken back") == 0);
                expectRuns(next, isTakenBack ? Old : New);
                EXPECT_EQ(next.ledger->state().isBlocked(New.key), isTakenBack);

                if (!isTakenBack) next.takeBack();
                expectRuns(next, Old);
                const auto lines = next.store.history();
                EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                                        [](const auto& line) { return line.outcome == Outcome::RolledBack; }),
                          1);
                EXPECT_THAT(leftovers(next), IsEmpty());
            });
    EXPECT_GT(explored, 100U);
}

// Each call of an update fails once, in each way in which it can: the old release is there, the error is named, and the
// next cycle of the same processes ends well.
TEST_F(CrashPoints, AreNothingToACallThatFails)
{
    disk.start(directory.path());
    const auto before = disk.after(0, [](std::size_t) { return Kept::All; });
    RecordedDisk::fail(0, 0);
    baton.update(New);
    disk.stop();
    const auto calls = RecordedDisk::calls();
    std::size_t faults = 0;
    for (std::size_t number = 1; number <= calls; ++number)
        for (const int error : {ENOSPC, EIO, EMFILE, ENOMEM}) {
            const testing::TemporaryDirectory scratch;
            layOut(before, scratch.path());
            SCOPED_TRACE("call " + std::to_string(number) + " of " + std::to_string(calls) + ": " +
                         std::generic_category().message(error));
            Baton now(scratch.path(), nobodyIsPromised);
            now.start();
            std::string said;
            RecordedDisk recording;
            recording.start(scratch.path());
            RecordedDisk::fail(number, error);
            try {
                now.update(New);
            } catch (const std::exception& why) {
                said = why.what();
            }
            recording.stop();
            if (!RecordedDisk::hasFailed()) continue;
            ++faults;
            for (const auto& line : now.log.lines) said += line;
            said += now.verdict;

            const bool isCommitted = now.ledger->state().current == New.key;
            EXPECT_TRUE(isCommitted || said.find(std::generic_category().message(error)) != std::string::npos) << said;
            EXPECT_TRUE(
                (isCommitted ? New : Old).isWholeIn(now.store.releaseDirectory(now.ledger->state().current.value())));

            now.verdict.clear();
            now.update(New);
            EXPECT_EQ(now.verdict, "");
            Baton next(scratch.path(), nobodyIsPromised);
            next.start();
            EXPECT_THAT(next.damage, IsEmpty());
            expectRuns(next, New);
            EXPECT_THAT(next.ledger->state().blocked, IsEmpty());
            next.update(New);
            EXPECT_EQ(next.store.installed().size(), 2U);
            EXPECT_THAT(leftovers(next), IsEmpty());
            if (HasFailure()) return;
        }
    std::printf("%zu faults in %zu calls\n", faults, calls);
    EXPECT_GE(faults, 200U);
}

// The model itself: a store that synced nothing would be caught.
TEST_F(CrashPoints, WouldShowAFileThatWasRenamedBeforeItWasSynced)
{
    disk.start(directory.path());
    const auto part = directory.path() / "part";
    os::writeAll(os::open(part, O_WRONLY | O_CREAT).get(), "bytes", part);
    os::renameDurably(part, directory.path() / "whole"); // The directory is synced, the file is not.
    disk.stop();

    std::set<std::string> contents;
    for (const auto& loss : lossesAt(disk, disk.steps().size())) {
        const testing::TemporaryDirectory scratch;
        layOut(disk.after(disk.steps().size(), loss.keep), scratch.path());
        contents.insert(textOf(scratch.path() / "whole"));
    }

    EXPECT_THAT(contents, ElementsAre("", "by", "bytes"));
}

} // namespace
} // namespace baton::store
