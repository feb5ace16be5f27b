// Fault 2 of a mount: the releases lie where nothing may be executed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Fault.h"
#include "tests/system/SmallDisk.h"

namespace baton::system {
namespace {

using ::testing::HasSubstr;

constexpr std::uintmax_t Roomy = std::uintmax_t{1024} * 1024 * 1024; // at the most: a program with its symbols is large
constexpr const char* Hint = "(EACCES); its file system is mounted noexec: mount it without that, or choose another "
                             "--state-dir";

struct Fault2OfAMount : OwnMounts, Fault {
    void SetUp() override
    {
        if (!why.empty()) GTEST_SKIP() << "NOT RUN: " << why;
        disk.emplace(state, Roomy);
    }

    std::optional<SmallDisk> disk;
};

TEST_F(Fault2OfAMount, ThatForbidsToExecuteACandidateLeavesTheOldOneServing)
{
    ASSERT_TRUE(helloUnderLoad());
    disk->forbidExecution();

    ASSERT_TRUE(takesBack("ready\nserve"));

    oldServes(Hint, Way::NotStarted);
}

TEST_F(Fault2OfAMount, ThatForbidsATryOutIsNamed)
{
    ASSERT_TRUE(helloUnderLoad({"--try", "--check"}));
    disk->forbidExecution();

    ASSERT_TRUE(takesBack("check 0\nready\nserve", "1.1.0 refused: its try-out could not be started: "));

    EXPECT_THAT(baton->said(), HasSubstr("its file system is mounted noexec"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(pid(), before);
    lost(0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Fault2OfAMount, ThatForbidsToExecuteTheFirstReleaseEndsBatonWithThatWord)
{
    disk->forbidExecution();
    start({{scratch.actor("1.0.0", "ready\nserve").string()}});

    EXPECT_EQ(baton->end(), 127) << "as a shell has it";
    EXPECT_THAT(baton->said(), HasSubstr(Hint));
}

} // namespace
} // namespace baton::system
