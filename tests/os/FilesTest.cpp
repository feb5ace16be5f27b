#include "client/os/Files.h"

#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fcntl.h>

#include <csignal>
#include <fstream>
#include <system_error>

namespace baton::os {
namespace {

struct FilesTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    fs::path file = directory.path() / "file";

    std::size_t entries() const
    {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory.path()), {}));
    }
};

/// errno of what `call` throws; 0 if it throws nothing.
template <typename Call>
int errorOf(const Call& call)
{
    try {
        call();
        return 0;
    } catch (const std::system_error& error) {
        return error.code().value();
    }
}

TEST_F(FilesTest, AreReplacedWholeWithTheirMode)
{
    writeDurably(file, "old", 0644);
    writeDurably(file, "new", 0600);

    EXPECT_EQ(readWhole(file), "new");
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(entries(), 1U);
}

// A limit on the size of files stands for a full disk; it holds for the whole process, so a child has it.
TEST_F(FilesTest, KeepTheOldTextWhenTheNewOneDoesNotFit)
{
    writeDurably(file, "old");
    const auto child = ::fork();
    if (child == 0) {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{16, 16};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        ::_exit(errorOf([&] { writeDurably(file, std::string(100, 'x')); }));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    EXPECT_EQ(WEXITSTATUS(status), EFBIG);
    EXPECT_EQ(readWhole(file), "old");
    EXPECT_EQ(entries(), 1U) << "the temporary file stayed";
}

TEST_F(FilesTest, AreReadUpToALimit)
{
    writeDurably(file, "12345");
    EXPECT_EQ(readWhole(file, 5), "12345");
    EXPECT_EQ(errorOf([&] { readWhole(file, 4); }), EFBIG);
    EXPECT_EQ(readWhole(directory.path() / "none"), std::nullopt);
    EXPECT_EQ(errorOf([&] { readWhole(directory.path()); }), EISDIR);
}

TEST_F(FilesTest, GetTheirNextLineInThePlaceOfOneThatWasCut)
{
    std::ofstream(file) << "whole\ncut";
    appendLineDurably(file, "next");
    EXPECT_EQ(readWhole(file), "whole\nnext\n");
}

TEST_F(FilesTest, AreNotOpenedOutsideTheirDirectory)
{
    fs::create_directory(directory.path() / "inside");
    std::ofstream(directory.path() / "secret") << "x";
    fs::create_symlink("../secret", directory.path() / "inside/link");
    std::ofstream(directory.path() / "inside/plain") << "x";
    const auto inside = open(directory.path() / "inside", O_RDONLY | O_DIRECTORY);

    EXPECT_EQ(errorOf([&] { openBeneath(inside.get(), "plain", O_RDONLY); }), 0);
    for (const auto* name : {"../secret", "/etc/passwd", "link"})
        EXPECT_NE(errorOf([&] { openBeneath(inside.get(), name, O_RDONLY); }), 0) << name;
}

TEST_F(FilesTest, AreOpenedCloseOnExec)
{
    writeDurably(file, "x");
    EXPECT_NE(::fcntl(open(file, O_RDONLY).get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(FilesTest, BelowATreeAreRemovedWithoutFollowingLinks)
{
    fs::create_directories(directory.path() / "tree/deep");
    std::ofstream(directory.path() / "tree/deep/file") << "x";
    std::ofstream(file) << "stays";
    fs::create_symlink(directory.path(), directory.path() / "tree/up");

    removeTree(directory.path() / "tree");
    removeTree(directory.path() / "tree");

    EXPECT_FALSE(fs::exists(directory.path() / "tree"));
    EXPECT_TRUE(fs::exists(file));
}

TEST_F(FilesTest, AreNotTakenForTheDirectoryThatIsToBeMade)
{
    makeDirectory(directory.path() / "a/b");
    makeDirectory(directory.path() / "a/b");
    EXPECT_TRUE(fs::is_directory(directory.path() / "a/b"));
    std::ofstream(file) << "x";
    EXPECT_NE(errorOf([&] { makeDirectory(file); }), 0);
}

TEST_F(FilesTest, AreNamedByTheErrorThatTheyCause)
{
    try {
        open(directory.path() / "none", O_RDONLY);
        ADD_FAILURE() << "it was opened";
    } catch (const std::system_error& error) {
        EXPECT_NE(std::string(error.what()).find((directory.path() / "none").string()), std::string::npos);
    }
}

} // namespace
} // namespace baton::os
