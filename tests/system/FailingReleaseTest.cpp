// A release that fails, at each point where it can: the old one serves, nobody tries the new one again, the server
// knows. SPDX-License-Identifier: Apache-2.0
#include "client/core/Failure.h"
#include "tests/system/Relay.h"

#include <csignal>

namespace baton::system {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view Good = "check 0\nready\nserve\nexit 0";

struct Failing {
    const char* name;
    std::string lines; // of the release that fails
    std::vector<std::string> options;
    std::string says; // what the log must have
    std::string outcome;
    int code;
    Way way;     // of those that have this code
    bool starts; // whether it is started as the program at all
};

std::ostream& operator<<(std::ostream& out, const Failing& failing) { return out << failing.name; }
std::string nameOf(const ::testing::TestParamInfo<Failing>& test) { return test.param.name; }

struct FailingRelease : Relay, ::testing::WithParamInterface<Failing> {};

std::vector<std::string> events(const Failing& failing)
{
    std::vector<std::string> expected{"13/1 1.1.0", "14/1 1.1.0"};
    if (failing.starts) expected.emplace_back("800/1 1.1.0");
    expected.push_back("3/0 1.1.0 code " + std::to_string(failing.code) + '/' +
                       std::to_string(static_cast<int>(failing.way)));
    return expected;
}

TEST_P(FailingRelease, LeavesTheOldOneServingAndIsBlocked)
{
    const auto& failing = GetParam();
    ASSERT_TRUE(serves({{scratch.actor("1.0.0", Good).string()}, failing.options, {"web=127.0.0.1:0"}, "1s"}));
    Clients clients(scratch, web, {"--new", "100"});

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", failing.lines), failing.says));
    EXPECT_TRUE(hasTold(events(failing)));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    check();
    auto expected = events(failing);
    expected.emplace_back("3/9 1.1.0 code 35"); // Offered again: the server is told why it is not taken.
    EXPECT_TRUE(hasTold(expected));
    const auto count = clients.stop();

    EXPECT_GT(count.sent, 0U);
    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_EQ(ask(), "1.0.0\n");
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(status().blocked.front().version, "1.1.0");
    EXPECT_THAT(history(), ElementsAre(failing.outcome + " 1.1.0 from 1.0.0 code " + std::to_string(failing.code)));
    EXPECT_TRUE(stateIsWhole());
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", Good), "1.2.0 committed"));
    EXPECT_EQ(ask(), "1.2.0\n");
    EXPECT_EQ(stop(), 0);
}

const std::vector<std::string> Restart{"--handoff", "restart", "--ready-timeout", "300ms"};

INSTANTIATE_TEST_SUITE_P(ByOverlap, FailingRelease,
                         ::testing::Values(Failing{"DeadBeforeReady",
                                                   "exit 7",
                                                   {},
                                                   "1.1.0 taken back: it ended with exit code 7 before it was ready",
                                                   "rolledBack",
                                                   5,
                                                   Way::EndedBeforeReady,
                                                   true},
                                           Failing{"SilentBeforeReady",
                                                   "wait",
                                                   {"--ready-timeout", "300ms"},
                                                   "1.1.0 taken back: it was not ready within 300ms",
                                                   "rolledBack",
                                                   5,
                                                   Way::NotReady,
                                                   true},
                                           Failing{"DeadOnProbationBeside",
                                                   "ready\nsleep 100\nkill 6",
                                                   {},
                                                   "1.1.0 taken back: it ended with signal 6 (SIGABRT) on probation",
                                                   "rolledBack",
                                                   44,
                                                   Way::EndedOnProbation,
                                                   true},
                                           Failing{"DeadOnProbationAlone",
                                                   "ready\nsleep 1500\nexit 3",
                                                   {},
                                                   "1.1.0 taken back: it ended with exit code 3 on probation",
                                                   "rolledBack",
                                                   44,
                                                   Way::EndedOnProbation,
                                                   true},
                                           Failing{"TryOutSaysNo",
                                                   "check 4\nready\nserve",
                                                   {"--try", "--check"},
                                                   "1.1.0 refused: its try-out failed: it ended with exit code 4",
                                                   "refused",
                                                   5,
                                                   Way::TryOut,
                                                   false}),
                         nameOf);

INSTANTIATE_TEST_SUITE_P(ByRestart, FailingRelease,
                         ::testing::Values(Failing{"DeadBeforeReady", "exit 7", Restart,
                                                   "1.1.0 taken back: it ended with exit code 7 before it was ready",
                                                   "rolledBack", 5, Way::EndedBeforeReady, true},
                                           Failing{"SilentBeforeReady", "wait", Restart,
                                                   "1.1.0 taken back: it was not ready within 300ms", "rolledBack", 5,
                                                   Way::NotReady, true},
                                           Failing{"DeadOnProbation", "ready\nsleep 200\nexit 3", Restart,
                                                   "1.1.0 taken back: it ended with exit code 3 on probation",
                                                   "rolledBack", 44, Way::EndedOnProbation, true}),
                         nameOf);

} // namespace
} // namespace baton::system
