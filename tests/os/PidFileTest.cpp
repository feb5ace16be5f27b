#include "client/os/PidFile.h"

#include "client/os/Files.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <stdexcept>
#include <string>
#include <system_error>

namespace baton::os {
namespace {

struct PidFiles : ::testing::Test {
    testing::TemporaryDirectory directory;
    fs::path path = directory.path() / "web.pid";
    std::string ours = std::to_string(::getpid()) + '\n';
};

TEST_F(PidFiles, HoldOurPidWhileTheyLive)
{
    {
        const PidFile file(path);
        EXPECT_EQ(readWhole(path), ours);
        EXPECT_EQ(fs::status(path).permissions(), fs::perms(0644));
    }
    EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST_F(PidFiles, TakeThePlaceOfALinkAndNotOfWhatItLeadsTo)
{
    writeDurably(directory.path() / "target", "untouched");
    fs::create_symlink("target", path);

    const PidFile file(path);

    EXPECT_FALSE(fs::is_symlink(path));
    EXPECT_EQ(readWhole(directory.path() / "target"), "untouched");
}

TEST_F(PidFiles, LeaveAnotherOnesAlone)
{
    {
        const PidFile file(path);
        fs::remove(path);
        writeDurably(path, ours); // The same text, and another file.
    }
    EXPECT_EQ(readWhole(path), ours);
}

TEST_F(PidFiles, AreRefusedWhereSomethingElseStands)
{
    writeDurably(path, std::string(33, 'x'));
    EXPECT_THROW(PidFile{path}, std::runtime_error);
    fs::remove(path);
    fs::create_directory(path);
    EXPECT_THROW(PidFile{path}, std::runtime_error);
    EXPECT_THROW(PidFile(directory.path() / "missing" / "web.pid"), std::system_error);
}

} // namespace
} // namespace baton::os
