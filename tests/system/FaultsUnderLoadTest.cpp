// Fault 3 of a machine that has fifty times the work that it can do: what a time-out ends, and what it is not to end.
// SPDX-License-Identifier: Apache-2.0
#include "tests/system/Fault.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <unistd.h>

#include <csignal>
#include <sstream>

namespace baton::system {
namespace {

constexpr int Load = 50;
constexpr unsigned Longest = 120; // seconds; whatever becomes of the test
constexpr const char* ReadyTimeout = "6s";

// So many processes that want the processor all the time. They end with their owner, and with the test.
class Busy {
public:
    explicit Busy(int count)
    {
        for (int i = 0; i < count; ++i)
            if (const auto pid = ::fork(); pid > 0)
                pids_.push_back(pid);
            else if (pid == 0)
                work();
    }
    ~Busy()
    {
        for (const auto pid : pids_) ::kill(pid, SIGKILL);
        for (const auto pid : pids_) ::waitpid(pid, nullptr, 0);
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

    std::size_t count() const { return pids_.size(); }

private:
    [[noreturn]] static void work()
    {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::alarm(Longest);
        for (volatile unsigned turns = 0;;) turns = turns + 1;
    }

    std::vector<pid_t> pids_;
};

// The fourth word of /proc/loadavg: RUNNABLE/ALL.
int runnable()
{
    std::istringstream text(readFile("/proc/loadavg"));
    std::string one;
    std::string five;
    std::string fifteen;
    int count = 0;
    text >> one >> five >> fifteen >> count;
    return count;
}

struct AtLoad50 : Fault {
    // The clients ask less often than elsewhere: a machine in that state has no room for more.
    ::testing::AssertionResult begin()
    {
        if (auto result = serves({{scratch.copyOf(HELLO, "1.0.0").string()}, {"--ready-timeout", ReadyTimeout}});
            !result)
            return result;
        before = pid();
        clients.emplace(
            scratch, web,
            std::vector<std::string>{"--new", "8", "--kept", "16", "--connections", "8", "--timeout", "60s"});
        busy.emplace(Load);
        if (busy->count() == Load && eventually([] { return runnable() >= Load; }))
            return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "only " << runnable() << " processes want the processor";
    }
    void TearDown() override { busy.reset(); }

    std::optional<Busy> busy;
};

TEST_F(AtLoad50, Fault3ACandidateThatHangsIsKilledWithAllItsChildrenAndTheOldOneServes)
{
    ASSERT_TRUE(begin());
    publish("1.1.0", scratch.actor("1.1.0", "child\nwait"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 taken back", Patience(90'000)));
    EXPECT_GE(runnable(), Load) << "all the time";
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(pid(), before);
    EXPECT_NE(ask().find("1.0.0"), std::string::npos);

    const auto child = baton->word("child ");
    ASSERT_FALSE(child.empty()) << baton->said();
    EXPECT_TRUE(eventually([&] { return ::kill(static_cast<pid_t>(std::stoi(child)), 0) != 0; }));
    busy.reset(); // What is told to the server, and how all ends, is as ever.
    oldServes(std::string("it was not ready within ") + ReadyTimeout, Way::NotReady);
}

TEST_F(AtLoad50, Fault3ACandidateThatAsksForMoreTimeGetsIt)
{
    ASSERT_TRUE(begin());
    publish("1.1.0", scratch.actor("1.1.0", "notify EXTEND_TIMEOUT_USEC=60000000\nsleep 7000\nready\nserve\nexit 0"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 committed", Patience(90'000)));

    EXPECT_GE(runnable(), Load) << "all the time";
    busy.reset();
    lost(0);
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
