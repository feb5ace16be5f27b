#include "client/supervise/SignalPlan.h"

#include "client/supervise/HeldSignals.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>

namespace baton::supervise {
namespace {

using ::testing::ElementsAre;

TEST(SignalPlan, EndsByThreeAndPassesTheOthersOn)
{
    const SignalPlan plan({}, {});
    for (const int number : {SIGTERM, SIGINT, SIGQUIT})
        EXPECT_EQ(plan.ruleOf(number), (SignalRule{number, SignalAction::Stop, number}));
    for (const int number : {SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGXCPU, SIGXFSZ, SIGRTMIN, SIGRTMAX})
        EXPECT_EQ(plan.ruleOf(number), (SignalRule{number, SignalAction::Forward, number}));
}

TEST(SignalPlan, DoesWhatWasSaidFirst)
{
    const SignalRule reload{SIGHUP, SignalAction::Command, 0, "reload"};
    const SignalPlan plan({reload}, {SIGHUP});
    EXPECT_EQ(plan.ruleOf(SIGHUP), reload);
}

TEST(SignalPlan, LeavesToTheProgramWhatAShellIgnoresForTheBackground)
{
    const SignalPlan plan({}, {SIGINT, SIGQUIT, SIGTERM});
    EXPECT_EQ(plan.ruleOf(SIGINT).action, SignalAction::Forward);
    EXPECT_EQ(plan.ruleOf(SIGQUIT).action, SignalAction::Forward);
    EXPECT_EQ(plan.ruleOf(SIGTERM).action, SignalAction::Stop) << "somebody must be able to end Baton";
}

TEST(SignalPlan, TakesAllThatMayBeSaid)
{
    const auto taken = takenSignals();
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (!canBePlanned(number)) continue;
        EXPECT_EQ(std::count(taken.begin(), taken.end(), number), 1) << number;
    }
    for (const int number : {SIGKILL, SIGSTOP, SIGSEGV, SIGPIPE, SIGCHLD, SIGTSTP, SIGTTOU})
        EXPECT_FALSE(canBePlanned(number)) << number;
}

TEST(HeldSignals, KeepTheOrderAndEachOrdinaryOneOnce)
{
    HeldSignals held;
    for (const int number : {SIGUSR1, SIGHUP, SIGUSR1, SIGRTMIN, SIGRTMIN}) held.add({{number}});

    EXPECT_THAT(held.take(), ElementsAre(Passed{{SIGUSR1}}, Passed{{SIGHUP}}, Passed{{SIGRTMIN}}, Passed{{SIGRTMIN}}));
    EXPECT_TRUE(held.take().empty());
}

TEST(HeldSignals, AreBounded)
{
    HeldSignals held;
    for (std::size_t i = 0; i < 2 * HeldSignals::Most; ++i) held.add({{SIGRTMIN, i}});

    EXPECT_EQ(held.take().size(), HeldSignals::Most);
}

} // namespace
} // namespace baton::supervise
