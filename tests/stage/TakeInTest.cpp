#include "client/stage/TakeIn.h"

#include "client/stage/Refusal.h"
#include "client/stage/SourceTree.h"
#include "client/verify/Sha256.h"
#include "tests/stage/Scratch.h"
#include "tests/stage/Tar.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace baton::stage {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

const std::string Script = "#!/bin/sh\nexit 0\n";

class TakeIn : public testing::Test {
protected:
    TakeIn() { store.create(); }

    store::Release take(const fs::path& source, Expected expected)
    {
        return takeIn(store, source, "1.0.0", {expected, "app", {}}, log);
    }

    std::string refusalOf(const fs::path& source, Expected expected)
    {
        try {
            take(source, expected);
        } catch (const Refusal& refusal) {
            EXPECT_TRUE(fs::is_empty(store.releases()));
            return refusal.what();
        }
        return "(taken)";
    }

    Scratch scratch;
    store::Store store{scratch.path() / "state"};
    KeptLog log;
};

TEST_F(TakeIn, CopiesTheProgramAndInstallsItOnce)
{
    const auto program = scratch.write("My Server", Script, 0755);
    const auto release = take(program, Expected::Program);
    EXPECT_EQ(release.key, (store::ReleaseKey{"1.0.0", verify::sha256Of(Script)}));
    EXPECT_EQ(release.program, "app");
    EXPECT_EQ(release.packages.front().name, "initial"); // "My Server" is no plain name.
    EXPECT_EQ(store.loadRelease(release.key), release);
    const auto copy = store.releaseDirectory(release.key) / "app";
    EXPECT_EQ(os::readWhole(copy), Script);
    EXPECT_EQ(fs::status(copy).permissions(), fs::perms{0755});

    const auto made = fs::last_write_time(copy);
    log.lines.clear();
    EXPECT_EQ(take(program, Expected::Program), release);
    EXPECT_EQ(fs::last_write_time(copy), made);
    EXPECT_TRUE(log.lines.empty());
}

TEST_F(TakeIn, FollowsALinkToTheProgram)
{
    scratch.write("real", Script, 0755);
    fs::create_symlink("real", scratch.path() / "link");
    EXPECT_EQ(take(scratch.path() / "link", Expected::Program).key.sha256, verify::sha256Of(Script));
}

TEST_F(TakeIn, CopiesADirectoryByTheRulesForArchives)
{
    scratch.write("tree/bin/app", Script, 0700);
    scratch.write("tree/data", "d", 0600);
    fs::create_directory(scratch.path() / "tree/empty");
    fs::create_symlink("../data", scratch.path() / "tree/bin/link");
    const auto release = take(scratch.path() / "tree/", Expected::Tree);

    const auto directory = store.releaseDirectory(release.key);
    EXPECT_EQ(os::readWhole(directory / "bin/app"), Script);
    EXPECT_EQ(fs::status(directory / "bin/app").permissions(), fs::perms{0755});
    EXPECT_EQ(fs::status(directory / "data").permissions(), fs::perms{0644});
    EXPECT_TRUE(fs::is_directory(directory / "empty"));
    EXPECT_EQ(fs::read_symlink(directory / "bin/link"), "../data");
    EXPECT_EQ(release.program, "");
    EXPECT_EQ(store.loadRelease(release.key), release);

    const auto list = "d bin\nf 755 17 " + verify::sha256Of(Script) + " bin/app\nl bin/link\0../data\nf 644 1 "s +
                      verify::sha256Of("d") + " data\nd empty\n";
    EXPECT_EQ(release.key.sha256, verify::sha256Of(list));
    EXPECT_EQ(release.packages, (std::vector<store::StoredPackage>{
                                    {"tree", static_cast<std::int64_t>(list.size()), release.key.sha256}}));
    EXPECT_EQ(take(scratch.path() / "tree", Expected::Tree), release);
}

TEST_F(TakeIn, GivesAnotherDirectoryAnotherDigest)
{
    scratch.write("tree/app", Script, 0755);
    const auto first = listTree(scratch.path() / "tree", {}, nullptr);
    ASSERT_EQ(::chmod((scratch.path() / "tree/app").c_str(), 0644), 0);
    const auto second = listTree(scratch.path() / "tree", {}, nullptr);
    fs::create_directory(scratch.path() / "tree/d");
    const auto third = listTree(scratch.path() / "tree", {}, nullptr);
    EXPECT_NE(first.sha256, second.sha256);
    EXPECT_NE(second.sha256, third.sha256);
    EXPECT_EQ(listTree(scratch.path() / "tree", {}, nullptr), third);
}

TEST_F(TakeIn, UnpacksAnArchiveAndKeepsAFile)
{
    const auto packed = gzipped(tar({{"a/b", "x"}}));
    const auto release = take(scratch.write("www.tar.gz", packed), Expected::Tree);
    EXPECT_EQ(release.key.sha256, verify::sha256Of(packed));
    EXPECT_EQ(os::readWhole(store.releaseDirectory(release.key) / "a/b"), "x");

    const auto single = take(scratch.write("app.pyz", "PK"), Expected::Tree);
    EXPECT_EQ(os::readWhole(store.releaseDirectory(single.key) / "app.pyz"), "PK");
}

TEST_F(TakeIn, RefusesWithTheSourceAndTheReason)
{
    const auto tree = scratch.path() / "tree";
    scratch.write("tree/app", Script, 0755);
    EXPECT_NE(
        refusalOf(tree, Expected::Program).find(tree.string() + " cannot be the release 1.0.0: it is a directory"),
        std::string::npos);
    EXPECT_NE(refusalOf(scratch.write("text", "hello"), Expected::Program).find("neither an executable"),
              std::string::npos);
    EXPECT_NE(refusalOf(scratch.write("empty", ""), Expected::Tree).find("it is empty"), std::string::npos);
    EXPECT_NE(refusalOf("/dev/null", Expected::Program).find("neither a file nor a directory"), std::string::npos);
    EXPECT_NE(refusalOf(scratch.path(), Expected::Tree).find("it holds the state directory"), std::string::npos);
    fs::create_directory(scratch.path() / "bare");
    EXPECT_NE(refusalOf(scratch.path() / "bare", Expected::Tree).find("without a single file"), std::string::npos);
    fs::create_symlink("/etc", tree / "outside");
    EXPECT_NE(refusalOf(tree, Expected::Tree).find("absolute link target"), std::string::npos);
    EXPECT_THROW(takeIn(store, tree / "app", "1/2", {Expected::Program, "app", {}}, log), Refusal);
    EXPECT_THROW(take(scratch.path() / "none", Expected::Program), std::system_error);
}

TEST(ProgramName, IsThePrograms)
{
    EXPECT_EQ(programName("/usr/bin/hello-server"), "hello-server");
    EXPECT_EQ(programName("/opt/My Server"), "program");
    EXPECT_EQ(programName(".hidden"), "program");
}

} // namespace
} // namespace baton::stage
