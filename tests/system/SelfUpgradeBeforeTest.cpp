// The Baton before and the one of today take over from each other, in both directions, also in the midst of a hand-off.
// SPDX-License-Identifier: Apache-2.0
#include "client/supervise/Snapshot.h"
#include "tests/system/Successor.h"

#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int Now = supervise::Snapshot::Format;

struct OneVersionBack : Succeeded {
    ::testing::AssertionResult servesHello(std::vector<std::string> options = {},
                                           const std::string& probation = "100ms")
    {
        auto result =
            serves({{scratch.copyOf(HELLO, "1.0.0").string()}, std::move(options), {"web=127.0.0.1:0"}, probation});
        clients.emplace(scratch, web, std::vector<std::string>{"--new", "100", "--kept", "100", "--connections", "16"});
        program = pidOfRelease();
        return result;
    }

    // With the `baton` of today beside it, which plays the other roles: those are begun anew anyway.
    fs::path theOneBefore() const
    {
        const auto other = anotherBaton("before");
        const auto supervisor = other.parent_path() / "baton-supervisor";
        fs::remove(supervisor);
        fs::copy_file(SUPERVISOR_BEFORE, supervisor);
        return other;
    }

    // Each reads what the other has written, in its own format: down and up again.
    void goBackAVersion()
    {
        const auto before = theOneBefore();
        ASSERT_EQ(upgrade(before), 0) << upgradeSaid();
        EXPECT_EQ(executable(), before.parent_path() / "baton-supervisor");
        EXPECT_THAT(baton->said(), HasSubstr("the Baton before reads format " + std::to_string(Now) + '\n'));
        EXPECT_EQ(pidOfRelease(), program);
    }
    void comeForward()
    {
        ASSERT_EQ(upgrade(BATON), 0) << upgradeSaid();
        EXPECT_THAT(executable().string(), ::testing::StartsWith(fs::path(BATON).parent_path().string()));
        EXPECT_THAT(baton->said(), HasSubstr("the Baton before writes format " + std::to_string(Now - 1) + '\n'));
    }
    ::testing::AssertionResult isIn(const std::string& wanted) const
    {
        if (eventually([&] { return status().state == wanted; })) return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "the state is " << status().state;
    }
    void lostNothing()
    {
        const auto count = clients->stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
        EXPECT_TRUE(stateIsWhole());
        EXPECT_EQ(stop(), 0);
        EXPECT_THAT(livingOrphans(), ElementsAre());
    }

    std::optional<Clients> clients;
    int program = 0; // the process that served when the clients came
};

TEST_F(OneVersionBack, UpdatesUnderEachAndLosesNoRequest)
{
    ASSERT_TRUE(servesHello());

    goBackAVersion();
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    comeForward();
    EXPECT_TRUE(isServing("1.1.0"));
    ASSERT_TRUE(update("1.2.0", scratch.copyOf(HELLO, "1.2.0"), "1.2.0 committed"));

    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "committed 1.2.0 from 1.1.0"));
    lostNothing();
}

TEST_F(OneVersionBack, ACandidateThatStartsIsWaitedForByBoth)
{
    const auto door = scratch / "door";
    ASSERT_EQ(::mkfifo(door.c_str(), 0600), 0);
    ASSERT_TRUE(servesHello());
    publish("1.1.0", scratch.actor("1.1.0", "await " + door.string() + "\nready\nserve\nexit 0"));
    check();
    ASSERT_TRUE(isIn("starting"));

    goBackAVersion();
    EXPECT_TRUE(isIn("starting"));
    comeForward();
    EXPECT_TRUE(isIn("starting"));
    std::ofstream(door) << "go\n";

    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    lostNothing();
}

TEST_F(OneVersionBack, ACandidateIsTakenBackByTheOneBefore)
{
    ASSERT_TRUE(servesHello({}, "1m"));
    publish("1.1.0", scratch.actor("1.1.0", "ready\nwait")); // It accepts nothing, so nothing of it is lost.
    check();
    ASSERT_TRUE(isIn("probationBeside"));

    goBackAVersion();
    ASSERT_TRUE(isIn("probationBeside"));
    ::kill(status().candidate->pid, SIGKILL);

    ASSERT_TRUE(baton->says("1.1.0 taken back: it ended with signal 9 (SIGKILL) on probation"));
    comeForward();
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(pidOfRelease(), program);
    EXPECT_EQ(status().blocked.size(), 1U);
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    lostNothing();
}

TEST_F(OneVersionBack, TheOldReleaseStandsByUnderEach)
{
    ASSERT_TRUE(servesHello({"--probation-alone", "1m"}, "0s"));
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));
    check();
    ASSERT_TRUE(isIn("probationAlone"));
    const auto candidate = status().candidate->pid;

    const auto before = theOneBefore();
    ASSERT_EQ(upgrade(before), 0) << upgradeSaid();
    ASSERT_TRUE(isIn("probationAlone"));
    comeForward();
    ASSERT_TRUE(isIn("probationAlone"));
    EXPECT_EQ(status().candidate->pid, candidate);
    const auto count = clients->stop(); // What the candidate holds dies with it.
    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    ::kill(candidate, SIGKILL);

    EXPECT_TRUE(baton->says("going back to 1.0.0, which stood by"));
    EXPECT_TRUE(eventually([this] { return bool(isServing("1.0.0")); }));
    EXPECT_EQ(pidOfRelease(), program);
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
