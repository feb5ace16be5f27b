#include "client/fetch/PartFile.h"

#include "client/fetch/Space.h"
#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include <cerrno>
#include <fstream>
#include <system_error>

namespace baton::fetch {
namespace {

namespace fs = std::filesystem;

std::string digest(const std::string& bytes)
{
    Sha256 hash;
    hash.add(bytes);
    return hash.finish();
}

TEST(PartFile, HashesWhatAnEarlierProcessLeftWithWhatComes)
{
    const baton::testing::TemporaryDirectory directory;
    const auto path = directory.path() / "p.part";
    os::writeDurably(path, "one ");

    PartFile part(path, 7);
    EXPECT_EQ(part.bytes(), 4);
    part.append("two");

    EXPECT_EQ(part.digest(), digest("one two"));
    part.finishAs(directory.path() / "p");
    EXPECT_EQ(os::readWhole(directory.path() / "p"), "one two");
}

TEST(PartFile, ThrowsAwayMoreThanThereCanBe)
{
    const baton::testing::TemporaryDirectory directory;
    const auto path = directory.path() / "p.part";
    os::writeDurably(path, std::string(100'000, 'x'));

    EXPECT_EQ(PartFile(path, 7).bytes(), 0);
}

TEST(PartFile, KnowsWhatItHasReserved)
{
    const baton::testing::TemporaryDirectory directory;
    const auto path = directory.path() / "p.part";
    EXPECT_EQ(reservedBytes(path), 0);

    PartFile part(path, 1'000'000);

    EXPECT_GE(reservedBytes(path), 1'000'000);
    EXPECT_EQ(fs::file_size(path), 0U);

    part.append("some");
    part.restart();

    EXPECT_GE(reservedBytes(path), 1'000'000) << "it begins again, and still has its room";
    EXPECT_EQ(fs::file_size(path), 0U);
}

// As a download begins: from zero, once the server has answered.
TEST(PartFile, HasItsRoomThoughSomebodyElseFillsTheDisk)
{
    const baton::testing::TemporaryDirectory directory;
    if (::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=8m") != 0)
        GTEST_SKIP() << "NOT RUN: mounting a tmpfs needs root";
    {
        PartFile part(directory.path() / "p.part", 4 << 20);
        part.restart();
        std::ofstream other(directory.path() / "other");
        const std::string block(64 * 1024, 'x');
        while (other << block << std::flush) {
        }
        EXPECT_LT(os::freeBytes(directory.path()), 64U * 1024);

        EXPECT_NO_THROW(part.append(std::string(4 << 20, 'y')));
        EXPECT_EQ(part.bytes(), 4 << 20);
    }
    ::umount2(directory.path().c_str(), MNT_DETACH);
}

// A disk that somebody else fills meanwhile, on a file system that reserves nothing.
TEST(PartFile, StopsBeforeTheDiskIsFull)
{
    const baton::testing::TemporaryDirectory directory;
    if (::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=8m") != 0)
        GTEST_SKIP() << "NOT RUN: mounting a tmpfs needs root";
    int number = 0;
    {
        PartFile part(directory.path() / "p.part", 100 << 20, Room::AsItComes);
        try {
            for (;;) part.append(std::string(16 * 1024, 'x'));
        } catch (const std::system_error& e) {
            number = e.code().value();
        }
        EXPECT_GT(part.bytes(), 7 << 20);
        EXPECT_GE(os::freeBytes(directory.path()), reserveOf(os::diskOf(directory.path())));
    }
    ::umount2(directory.path().c_str(), MNT_DETACH);

    EXPECT_EQ(number, ENOSPC);
}

// What it had written when it last looked says nothing of what is free when it begins again.
TEST(PartFile, LooksAgainWhenItBeginsAgain)
{
    const baton::testing::TemporaryDirectory directory;
    if (::mount("tmpfs", directory.path().c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=8m") != 0)
        GTEST_SKIP() << "NOT RUN: mounting a tmpfs needs root";
    {
        PartFile part(directory.path() / "p.part", 100 << 20, Room::AsItComes);
        const std::string block(16 * 1024, 'x');
        while (part.bytes() < 4 << 20) part.append(block);
        part.restart();
        std::ofstream other(directory.path() / "other");
        while (os::freeBytes(directory.path()) >= reserveOf(os::diskOf(directory.path())) && other << block
                                                                                                   << std::flush) {
        }

        EXPECT_THROW(part.append(block), std::system_error);
        EXPECT_EQ(part.bytes(), 0);
    }
    ::umount2(directory.path().c_str(), MNT_DETACH);
}

} // namespace
} // namespace baton::fetch
