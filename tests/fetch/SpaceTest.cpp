#include "client/fetch/Space.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <limits>

namespace baton::fetch {
namespace {

constexpr std::uintmax_t Megabyte = 1'000'000;

TEST(Space, SaysHowMuchIsNeededWhereAndForWhat)
{
    const std::vector<Need> needs{{"/var/lib/web/downloads", 3'000'000, "to fetch"},
                                  {"/var/lib/web/releases", 4'000'000, "to stage"}};

    EXPECT_EQ(shortage(needs, {8 * Megabyte, 100 * Megabyte, 1}), "");
    EXPECT_EQ(shortage(needs, {8 * Megabyte - 1, 100 * Megabyte, 1}),
              "No space left on device: 8.0 MB are needed on the disk of /var/lib/web/downloads (3.0 MB to fetch, 4.0 "
              "MB to stage, 1.0 MB to stay free), 7.9 MB are free; make room there");
}

TEST(Space, KeepsAHundredthOfASmallDiskAndALittleOfALargeOne)
{
    EXPECT_EQ(reserveOf({0, 500, 1}), 5U);
    EXPECT_EQ(reserveOf({0, std::uintmax_t{1} << 50U, 1}), std::uintmax_t{64} << 20U);
}

TEST(Space, BearsNumbersThatNoDiskHas)
{
    constexpr auto Most = std::numeric_limits<std::int64_t>::max();

    EXPECT_NE(shortage({{"/a", Most, "x"}, {"/a", Most, "y"}, {"/a", Most, "z"}}, {Megabyte, Megabyte, 1}), "");
    EXPECT_EQ(shortage({{"/a", Most, "x"}}, {0, 0, 1}), ""); // A file system that says nothing of itself.
}

TEST(Space, SumsUpWhatGoesToOneDisk)
{
    const baton::testing::TemporaryDirectory directory;
    const auto half = static_cast<std::int64_t>(os::freeBytes(directory.path()) / 5 * 3);

    EXPECT_TRUE(demandSpace({{directory.path(), 1, "to fetch"}, {directory.path(), 1, "to stage"}}));
    const auto result = demandSpace({{directory.path(), half, "to fetch"}, {directory.path(), half, "to stage"}});

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::WriteFailed);
}

} // namespace
} // namespace baton::fetch
