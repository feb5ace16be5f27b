// Control groups that were written down, as plain directories: the one that is meant, and no other in its place.
#include "client/os/Cgroup.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace baton::os {
namespace {

namespace fs = std::filesystem;

struct KnownCgroups : ::testing::Test {
    testing::TemporaryDirectory directory;
    fs::path place = directory.path() / "generation-7";

    void make(const std::string& events) const
    {
        fs::create_directory(place);
        std::ofstream(place / "cgroup.kill") << std::flush;
        std::ofstream(place / "cgroup.events") << events;
    }
    std::string killed() const
    {
        std::ifstream file(place / "cgroup.kill");
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
};

TEST_F(KnownCgroups, AreKilledWhole)
{
    make("populated 1\nfrozen 0\n");
    const auto cgroup = knownCgroup(place);
    ASSERT_TRUE(cgroup);

    EXPECT_TRUE(isPopulated(*cgroup));
    EXPECT_TRUE(killCgroup(*cgroup));

    EXPECT_EQ(killed(), "1");
    EXPECT_FALSE(removeCgroup(*cgroup)) << "something is in it";
}

TEST_F(KnownCgroups, AreNotTakenForWhatStandsInTheirPlaceNow)
{
    make("populated 1\n");
    const auto cgroup = knownCgroup(place);
    ASSERT_TRUE(cgroup);
    fs::rename(place, directory.path() / "elsewhere");
    make("populated 1\n");

    EXPECT_FALSE(isPopulated(*cgroup));
    EXPECT_FALSE(killCgroup(*cgroup));
    EXPECT_TRUE(removeCgroup(*cgroup)) << "it is not there any more";

    EXPECT_EQ(killed(), "");
    EXPECT_TRUE(fs::exists(place / "cgroup.kill"));
}

TEST_F(KnownCgroups, AreGoneOnceNothingIsInThem)
{
    fs::create_directory(place);
    const auto cgroup = knownCgroup(place);
    ASSERT_TRUE(cgroup);

    EXPECT_FALSE(isPopulated(*cgroup));
    EXPECT_TRUE(removeCgroup(*cgroup));

    EXPECT_FALSE(fs::exists(place));
    EXPECT_FALSE(knownCgroup(place));
    EXPECT_FALSE(killCgroup(*cgroup));
}

} // namespace
} // namespace baton::os
