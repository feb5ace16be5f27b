#include "client/os/SignalSet.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <string>

namespace baton::os {
namespace {

TEST(SignalSet, KnowsSignalsByTheirNamesAndNumbers)
{
    EXPECT_EQ(signalNamed("SIGHUP"), SIGHUP);
    EXPECT_EQ(signalNamed("USR2"), SIGUSR2);
    EXPECT_EQ(signalNamed("15"), SIGTERM);
    EXPECT_EQ(signalNamed("SIGRTMIN"), SIGRTMIN);
    EXPECT_EQ(signalNamed("RTMIN+3"), SIGRTMIN + 3);
    EXPECT_EQ(signalNamed("RTMAX-1"), SIGRTMAX - 1);
    EXPECT_EQ(signalNamed(std::to_string(SIGRTMAX)), SIGRTMAX);
}

TEST(SignalSet, KnowsNoOthers)
{
    for (const auto* text : {"", "SIG", "hup", "SIGHUP ", "0", "65", "-1", "RTMIN-1", "RTMIN+99", "RTMAX+1", "RTMIN+",
                             "RTMIN+9223372036854775807", "SIGNONE"})
        EXPECT_EQ(signalNamed(text), std::nullopt) << text;
}

TEST(SignalSet, NamesThemAsTheyAreRead)
{
    for (int number = 1; number <= SIGRTMAX; ++number) {
        if (!signalNamed(std::to_string(number))) continue;
        EXPECT_EQ(signalNamed(nameOfSignal(number)), number);
    }
}

TEST(SignalSet, SeesWhatIsHeldBackAndWhatIsIgnored)
{
    const auto before = std::signal(SIGUSR1, SIG_IGN);
    const auto ignored = ignoredSignals();
    std::signal(SIGUSR1, before);
    EXPECT_NE(std::find(ignored.begin(), ignored.end(), SIGUSR1), ignored.end());

    blockSignals({SIGUSR2});
    EXPECT_FALSE(isPending({SIGUSR2}));
    std::raise(SIGUSR2);
    EXPECT_TRUE(isPending({SIGHUP, SIGUSR2}));
    EXPECT_FALSE(isPending({SIGHUP}));

    std::signal(SIGUSR2, SIG_IGN); // So it is dropped.
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGUSR2, SIG_DFL);
}

} // namespace
} // namespace baton::os
