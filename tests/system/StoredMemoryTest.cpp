// What a release keeps in a memfd is found by the next one, and the next: by overlap and by restart, also where a
// candidate fails, and where Baton itself is replaced. SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "tests/system/Successor.h"

#include <csignal>
#include <string>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;

struct StoredMemory : Succeeded {
    // Says in a memfd that it has begun, and that it leaves.
    fs::path release(const std::string& version) const
    {
        return scratch.actor(version, "keep sessions " + version +
                                          " came\nshow-kept sessions\nready\nserve\n"
                                          "keep sessions " +
                                          version + " left\nshow-kept sessions\nexit 0");
    }

    ::testing::AssertionResult servesKeeping(std::vector<std::string> options, const std::string& probation)
    {
        RunOptions keeping{{release("1.0.0").string()}, std::move(options)};
        keeping.probation = probation;
        return serves(keeping);
    }

    ::testing::AssertionResult goesOnTo(const std::string& version)
    {
        auto result = update(version, release(version), version + " committed");
        if (result && !eventually([this] { return status().draining.empty(); }))
            return ::testing::AssertionFailure() << "the old one does not leave";
        return result;
    }
};

// All share the one memfd: what the old one writes while the new one runs is there for both.
TEST_F(StoredMemory, HasWhatEachReleaseWroteThroughFourHandOffsByOverlap)
{
    ASSERT_TRUE(servesKeeping({"--probation-alone", "50ms"}, "50ms"));

    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0", "1.4.0"}) ASSERT_TRUE(goesOnTo(version));
    EXPECT_EQ(stop(), 0);

    EXPECT_TRUE(baton->says("1.1.0 keeps sessions: 1.0.0 came, 1.1.0 came\n"));
    EXPECT_TRUE(baton->says("1.4.0 keeps sessions: 1.0.0 came, 1.1.0 came, 1.0.0 left, 1.2.0 came, 1.1.0 left, 1.3.0 "
                            "came, 1.2.0 left, 1.4.0 came, 1.3.0 left, 1.4.0 left\n"));
}

TEST_F(StoredMemory, HasWhatEachReleaseWroteThroughFourHandOffsByRestart)
{
    ASSERT_TRUE(servesKeeping({"--handoff", "restart"}, "50ms"));

    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0", "1.4.0"}) ASSERT_TRUE(goesOnTo(version));
    EXPECT_EQ(stop(), 0);

    EXPECT_TRUE(baton->says("1.4.0 keeps sessions: 1.0.0 came, 1.0.0 left, 1.1.0 came, 1.1.0 left, 1.2.0 came, 1.2.0 "
                            "left, 1.3.0 came, 1.3.0 left, 1.4.0 came, 1.4.0 left\n"));
}

// A new one each time, written when its owner leaves: the next one, which runs by then, is given it at once.
TEST_F(StoredMemory, ThatIsStoredAtTheDrainIsGivenToTheNextOneWhileItRuns)
{
    RunOptions options{{scratch.actor("1.0.0", "ready\nserve\nkeep-anew sessions of 1.0.0\nexit 0").string()},
                       {"--probation-alone", "50ms"}};
    ASSERT_TRUE(serves(options));

    for (const std::string version : {"1.1.0", "1.2.0", "1.3.0"}) {
        const auto next = scratch.actor(version, "show-kept sessions\ntakes-kept\nready\nserve\nawait-kept sessions\n"
                                                 "show-kept sessions\nkeep-anew sessions of " +
                                                     version + "\nexit 0");
        ASSERT_TRUE(update(version, next, version + " committed"));
        ASSERT_TRUE(eventually([this] { return status().draining.empty(); }));
        EXPECT_TRUE(baton->says(version + " keeps no sessions\n")) << "its owner had not stored it then";
    }
    EXPECT_EQ(stop(), 0);

    EXPECT_TRUE(baton->says("1.1.0 keeps sessions: of 1.0.0\n"));
    EXPECT_TRUE(baton->says("1.2.0 keeps sessions: of 1.1.0\n"));
    EXPECT_TRUE(baton->says("1.3.0 keeps sessions: of 1.2.0\n"));
}

// It had stored it last, and the one that serves uses it, too: the next candidate has it all the same.
TEST_F(StoredMemory, IsThereForTheNextCandidateWhereOneFailedBesideTheOldOne)
{
    ASSERT_TRUE(servesKeeping({}, "60s"));
    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 on probation beside 1.0.0"));
    ::kill(status().candidate->pid, SIGKILL);
    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    ASSERT_TRUE(isServing("1.0.0"));

    ASSERT_TRUE(update("1.2.0", release("1.2.0"), "1.2.0 on probation beside 1.0.0"));

    EXPECT_TRUE(baton->says("1.2.0 keeps sessions: 1.0.0 came, 1.1.0 came, 1.2.0 came\n"));
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredMemory, IsThereForTheReleaseBeforeWhereACandidateFailsThatServesAlone)
{
    ASSERT_TRUE(servesKeeping({"--probation-alone", "60s"}, "0s"));
    ASSERT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 serves alone"));
    ASSERT_TRUE(eventually([this] { return status().candidate && status().draining.empty(); }));

    ::kill(status().candidate->pid, SIGKILL);

    EXPECT_TRUE(baton->says("1.0.0 keeps sessions: 1.0.0 came, 1.1.0 came, 1.0.0 left, 1.0.0 came\n"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredMemory, IsThereForTheReleaseBeforeWhereACandidateFailsByRestart)
{
    ASSERT_TRUE(servesKeeping({"--handoff", "restart"}, "50ms"));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "keep sessions 1.1.0 failed\nexit 3"), "1.1.0 taken back"));

    EXPECT_TRUE(baton->says("1.0.0 keeps sessions: 1.0.0 came, 1.0.0 left, 1.1.0 failed, 1.0.0 came\n"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(StoredMemory, IsPassedOnByAnotherBaton)
{
    ASSERT_TRUE(servesKeeping({"--probation-alone", "50ms"}, "50ms"));
    ASSERT_TRUE(goesOnTo("1.1.0"));

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();
    ASSERT_TRUE(goesOnTo("1.2.0"));

    EXPECT_TRUE(baton->says("1.2.0 keeps sessions: 1.0.0 came, 1.1.0 came, 1.0.0 left, 1.2.0 came\n"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
