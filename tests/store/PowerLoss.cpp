#include "tests/store/PowerLoss.h"

#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace baton::testing {

using Kept = RecordedDisk::Kept;
using ::testing::IsEmpty;

namespace {

bool isOfContent(const Step& step)
{
    return step.change == Change::Write || step.change == Change::Cut || step.change == Change::Mode;
}

} // namespace

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

std::size_t explore(const RecordedDisk& disk, const std::function<void(const fs::path&, const Promised&)>& judge)
{
    std::set<std::string> seen;
    Promised promised;
    std::size_t points = 0;
    for (std::size_t count = 0; count <= disk.steps().size(); ++count) {
        if (count > 0 && disk.steps()[count - 1].change == Change::Promise)
            promised.insert(disk.steps()[count - 1].bytes);
        for (const auto& loss : lossesAt(disk, count)) {
            ++points;
            const auto left = disk.after(count, loss.keep);
            std::string promises;
            for (const auto& one : promised) promises += one + ' ';
            if (!seen.insert(promises + fingerprint(left)).second) continue;
            const TemporaryDirectory scratch;
            layOut(left, scratch.path());
            SCOPED_TRACE("step " + std::to_string(count) + " of " + std::to_string(disk.steps().size()) +
                         (count > 0 ? ", after: " + print(disk.steps()[count - 1]) : "") + "; " + loss.name);
            judge(scratch.path(), promised);
            if (::testing::Test::HasFailure()) return points;
        }
    }
    std::printf("%zu crash points, %zu different disks, %zu steps\n", points, seen.size(), disk.steps().size());
    ::testing::Test::RecordProperty("crashPoints", static_cast<int>(points));
    return points;
}

void expectRuns(const Reenactment& baton, const Payload& payload)
{
    const auto& state = baton.ledger->state();
    ASSERT_EQ(state.current, payload.key);
    EXPECT_TRUE(baton.store.loadRelease(payload.key));
    EXPECT_TRUE(payload.isWholeIn(baton.store.releaseDirectory(payload.key)));
    EXPECT_EQ(fs::read_symlink(baton.store.root() / "current"), "releases/" + payload.key.directoryName());
}

void expectUpdated(const fs::path& root, const Promised& promised, const Payload& from, const Payload& to)
{
    Reenactment next(root);
    next.start();

    EXPECT_THAT(next.damage, IsEmpty());
    expectRuns(next, promised.count("committed") != 0 || next.ledger->state().current == to.key ? to : from);

    next.update(to);
    expectRuns(next, to);
    EXPECT_EQ(next.verdict, "");
    EXPECT_THAT(next.ledger->state().blocked, IsEmpty());
    EXPECT_EQ(next.ledger->state().previous, from.key);
    const auto lines = next.store.history();
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return line.key == to.key; }), 1);
    EXPECT_EQ(next.store.installed().size(), 2U);
    EXPECT_EQ(next.store.loadAttempt(), std::nullopt);
    EXPECT_FALSE(fs::exists(next.store.downloads() / to.key.sha256));
}

void expectTakenBack(const fs::path& root, const Promised& promised, const Payload& from, const Payload& to)
{
    Reenactment next(root);
    next.start();

    EXPECT_THAT(next.damage, IsEmpty());
    const bool isTakenBack = next.ledger->state().current == from.key;
    EXPECT_TRUE(isTakenBack || promised.count("taken back") == 0);
    expectRuns(next, isTakenBack ? from : to);
    EXPECT_EQ(next.ledger->state().isBlocked(to.key), isTakenBack);

    if (!isTakenBack) next.takeBack();
    expectRuns(next, from);
    const auto lines = next.store.history();
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                            [](const auto& line) { return line.outcome == store::Outcome::RolledBack; }),
              1);
    EXPECT_THAT(leftovers(next), IsEmpty());
}

} // namespace baton::testing
