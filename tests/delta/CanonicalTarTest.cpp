// The one tar of a tree.
#include "client/delta/CanonicalTar.h"

#include "tests/delta/Pair.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

namespace fs = std::filesystem;
using namespace baton::delta;
using ::testing::HasSubstr;
using ::testing::Lt;

std::string tarOf(const fs::path& top, const std::string& leftOut = {})
{
    std::string tar;
    writeCanonicalTar(top, leftOut, [&](std::string_view bytes) { tar += bytes; });
    return tar;
}

class CanonicalTar : public ::testing::Test {
protected:
    void write(const std::string& path, const std::string& bytes, mode_t mode = 0644)
    {
        fs::create_directories((top_ / path).parent_path());
        std::ofstream(top_ / path, std::ios::binary) << bytes;
        ::chmod((top_ / path).c_str(), mode);
    }

    void writeSome()
    {
        write("server", "#!/bin/sh\n", 0750);
        write("a/b/c.txt", std::string(1'000, 'c'), 0600);
        write("a.txt", "a");
        write("a/empty", "");
        write("lib/" + std::string(60, 'd') + '/' + std::string(70, 'f'), "a path that needs a prefix");
        fs::create_directory(top_ / "void");
        fs::create_symlink("../server", top_ / "a/link");
    }

    baton::testing::TemporaryDirectory place_;
    fs::path top_ = place_.path() / "top";
};

TEST_F(CanonicalTar, IsWhatGnuTarMakesOfTheSameTree)
{
    if (std::system("tar --version 2>/dev/null | grep -q GNU") != 0) GTEST_SKIP() << "NOT RUN: there is no GNU tar";
    writeSome();
    const auto theirs = place_.path() / "theirs.tar";
    const auto command = "cd " + top_.string() +
                         " && LC_ALL=C tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 "
                         "--mode=u=rwX,go=rX -cf " +
                         theirs.string() + " -- *";
    ASSERT_EQ(std::system(command.c_str()), 0);
    std::ifstream in(theirs, std::ios::binary);
    const std::string expected{std::istreambuf_iterator<char>(in), {}};

    EXPECT_TRUE(tarOf(top_) == expected);
}

TEST_F(CanonicalTar, IsTheSameWhateverTimesAndModesWere)
{
    writeSome();
    const auto before = tarOf(top_);
    ::chmod((top_ / "a.txt").c_str(), 0444);
    fs::last_write_time(top_ / "a.txt", fs::file_time_type::clock::now() - std::chrono::hours(1'000));

    EXPECT_TRUE(tarOf(top_) == before);
    write("a.txt", "b");
    EXPECT_FALSE(tarOf(top_) == before);
}

TEST_F(CanonicalTar, LeavesOutWhatIsBatonsOwn)
{
    writeSome();
    const auto before = tarOf(top_);
    write(".baton-release.json", "{}");

    EXPECT_TRUE(tarOf(top_, ".baton-release.json") == before);
}

TEST_F(CanonicalTar, SaysInAPaxHeaderWhatUstarCannot)
{
    write(std::string(200, 'x'), "a long name");
    fs::create_symlink(std::string(150, 'y'), top_ / "link");

    const auto tar = tarOf(top_);

    EXPECT_THAT(tar, HasSubstr("210 path=" + std::string(200, 'x') + "\n"));
    EXPECT_THAT(tar, HasSubstr("164 linkpath=" + std::string(150, 'y') + "\n"));
    EXPECT_EQ(tar.size() % 10'240, 0U);
}

// The point of it all: of fifty files one changed, and that is what the patch costs.
TEST_F(CanonicalTar, MakesASmallDeltaWhereOneFileOfManyChanged)
{
    for (unsigned i = 0; i < 50; ++i)
        write("lib/" + std::to_string(i) + ".so", baton::delta::testing::noise(20'000, i));
    const auto before = tarOf(top_);
    auto changed = baton::delta::testing::noise(20'000, 30);
    for (std::size_t i = 0; i < changed.size(); i += 1'000) changed[i] = static_cast<char>(changed[i] + 1);
    write("lib/30.so", changed + "and something new");
    write("lib/new.txt", "a new file");

    const auto after = tarOf(top_);

    for (const auto algorithm : AllAlgorithms) {
        const auto patch = baton::delta::testing::patchOf(algorithm, before, after);
        EXPECT_THAT(patch.size(), Lt(1'500U)) << nameOf(algorithm) << ", of a million bytes";
        EXPECT_TRUE(baton::delta::testing::applied(algorithm, before, patch) == after);
    }
}

} // namespace
