// The power goes at every step of an update and of a way back, and of what was not synced any part is lost: the store
// opens, what was committed is whole, and the next cycle ends well.
#include "client/os/Files.h"
#include "tests/store/PowerLoss.h"
#include "tests/store/RecordedDisk.h"
#include "tests/store/Reenactment.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <cerrno>
#include <functional>
#include <set>
#include <system_error>

namespace baton::store {
namespace {

using testing::explore;
using testing::lossesAt;
using testing::Payload;
using testing::RecordedDisk;
using testing::Reenactment;
using testing::textOf;
using Kept = RecordedDisk::Kept;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Payload Older("0.9.0");
const Payload Old("1.0.0");
const Payload New("1.1.0");

struct CrashPoints : ::testing::Test {
    CrashPoints()
    {
        baton.start();
        // Two releases are there, as on any machine that was updated once.
        for (const auto* payload : {&Older, &Old}) baton.update(*payload);
    }

    void record(const std::function<void()>& deed)
    {
        disk.start(directory.path());
        deed();
        disk.stop();
    }

    testing::TemporaryDirectory directory;
    RecordedDisk disk;
    Reenactment baton{directory.path(), [this](const std::string& what) { disk.promise(what); }};
};

TEST_F(CrashPoints, OfAnUpdateLoseNeitherTheOldReleaseNorTheNew)
{
    record([&] { baton.update(New); });

    const auto points =
        explore(disk, [](const auto& root, const auto& promised) { testing::expectUpdated(root, promised, Old, New); });

    EXPECT_GE(points, 1'000U);
}

TEST_F(CrashPoints, OfAWayBackNeverBringBackWhatWasTakenBack)
{
    baton.update(New);
    record([&] { baton.takeBack(); });

    const auto points = explore(
        disk, [](const auto& root, const auto& promised) { testing::expectTakenBack(root, promised, Old, New); });

    EXPECT_GT(points, 100U);
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
            Reenactment now(scratch.path());
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
            Reenactment next(scratch.path());
            next.start();
            EXPECT_THAT(next.damage, IsEmpty());
            testing::expectRuns(next, New);
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
