// Every process of Baton is killed at every stage of an update: the service is there, no file is half-written, and the
// update goes on. SPDX-License-Identifier: Apache-2.0
#include "tests/system/Relay.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <tuple>

namespace baton::system {
namespace {

constexpr std::size_t PayloadBytes = 8'000'000; // Long enough in the stager's hands to be met there.

enum class Victim { Supervisor, Agent, Stager, Program, All };
constexpr std::array VictimNames{"Supervisor", "Agent", "Stager", "Program", "All"};

struct Moment {
    const char* name;
    const char* says; // the line of the log that it follows
};

constexpr Moment Offered{"Offered", "1.1.0 offered by"};
constexpr Moment Fetched{"Fetched", "1.1.0 fetched"};
constexpr Moment Staging{"Staging", "stager: staging 1.1.0"};
constexpr Moment Verified{"Verified", "1.1.0 verified and unpacked"};
constexpr Moment Starting{"Starting", "1.1.0 starts beside"};
constexpr Moment Beside{"Beside", "1.1.0 on probation beside"};
constexpr Moment Alone{"Alone", "1.1.0 serves alone"};
constexpr Moment Committed{"Committed", "1.1.0 committed"};
constexpr Moment Waiting{"Waiting", "1.1.0 waits for 1.0.0 to end"};
constexpr Moment StartingAlone{"StartingAlone", "1.1.0 starts; clients wait in the queue"};
constexpr std::array Moments{Offered, Fetched, Staging, Verified, Starting, Beside, Alone, Committed};

const std::vector<std::string> Often{"--new", "50", "--kept", "50", "--connections", "8"};
const std::vector<std::string> Whole{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/2 1.1.0 from 1.0.0"};

void PrintTo(Victim victim, std::ostream* out) { *out << VictimNames.at(static_cast<std::size_t>(victim)); }
void PrintTo(const Moment& moment, std::ostream* out) { *out << moment.name; }

const std::string Overlap = "overlap";
const std::string Restart = "restart";

using Murder = std::tuple<Victim, Moment, std::string>; // and the way of the hand-off

std::string nameOf(const ::testing::TestParamInfo<Murder>& test)
{
    const auto& [victim, moment, handoff] = test.param;
    return std::string(VictimNames.at(static_cast<std::size_t>(victim))) + moment.name;
}

struct Killed : Relay {
    fs::path release(const std::string& version) const
    {
        return scratch.actor(version, "sleep 200\ncheck 0\nready\nserve\nexit 0\n#" + std::string(PayloadBytes, 'x'));
    }

    RunOptions service(const std::string& handoff) const
    {
        return {{release("1.0.0").string()}, {"--try", "--check", "--handoff", handoff}, {"web=127.0.0.1:0"}, "400ms"};
    }

    // Baton's process in that role; 0 if there is none at the moment.
    pid_t roleOf(const std::string& role) const
    {
        for (const auto pid : childrenOf(baton->pid()))
            if (readFile("/proc/" + std::to_string(pid) + "/cmdline").find('\0' + role + '\0') != std::string::npos)
                return pid;
        return 0;
    }

    void kill(Victim victim)
    {
        switch (victim) {
        case Victim::Supervisor: baton->signal(SIGKILL); break;
        case Victim::Agent: ::kill(roleOf("agent"), SIGKILL); break;
        case Victim::Stager:
            if (const auto pid = roleOf("stage"); pid != 0) ::kill(pid, SIGKILL);
            break;
        case Victim::Program: ::kill(status().release->pid, SIGKILL); break;
        case Victim::All: loseAll(); break;
        }
    }

    bool serves(const std::string& version) const
    {
        return eventually([&] { return isServing(version) && ask() == version + '\n'; });
    }

    // Each event once, in the order of their first arrival: one that was sent in vain, or told twice, is no harm.
    std::vector<std::string> toldOnce() const
    {
        std::vector<std::string> once;
        for (const auto& event : told())
            if (std::find(once.begin(), once.end(), event) == once.end()) once.push_back(event);
        return once;
    }

    std::vector<std::string> leftovers() const
    {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(state / "releases"))
            if (entry.path().filename().string().starts_with('.')) names.push_back(entry.path().filename());
        return names;
    }
};

struct KilledAt : Killed, ::testing::WithParamInterface<Murder> {};

TEST_P(KilledAt, TheUpdateGoesOn)
{
    const auto& [victim, moment, handoff] = GetParam();
    const bool wholeBatonDies = victim == Victim::Supervisor || victim == Victim::All;
    ASSERT_TRUE(Relay::serves(service(handoff)));
    std::optional<Clients> clients;
    // Where the last program ends while no supervisor is there, its listener ends with it.
    const bool someoneListens = victim != Victim::Program && victim != Victim::All && handoff == Overlap;
    if (someoneListens) clients.emplace(scratch, web, Often);
    server->fail({1, mock::On::Package, mock::What::Delay, 200});
    publish("1.1.0", release("1.1.0"));
    check();
    ASSERT_TRUE(baton->says(moment.says));

    kill(victim);
    if (victim == Victim::Supervisor) {
        EXPECT_EQ(baton->end(), 128 + SIGKILL);
        if (handoff == Overlap) {
            EXPECT_NE(ask(), ""); // The program serves on.
        }
    }
    // Beside a candidate its end is no end: the candidate takes over.
    if (victim == Victim::Program && moment.says != Beside.says) {
        EXPECT_EQ(baton->end(), 128 + SIGKILL);
    }
    EXPECT_TRUE(stateIsWhole());
    if (wholeBatonDies || !baton || baton->hasEnded()) restart();

    ASSERT_TRUE(serves("1.1.0")) << isServing("1.1.0").message();
    EXPECT_EQ(history(), std::vector<std::string>{"committed 1.1.0 from 1.0.0"});
    EXPECT_TRUE(eventually([this] { return toldOnce() == Whole; })) << ::testing::PrintToString(told());
    EXPECT_TRUE(status().blocked.empty());
    if (clients) {
        const auto count = clients->stop();
        EXPECT_GT(count.sent, 0U);
        EXPECT_EQ(count.failed, 0U) << count.report;
    }
    EXPECT_TRUE(eventually([this] { return status().draining.empty(); }));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
    EXPECT_TRUE(leftovers().empty()) << ::testing::PrintToString(leftovers());
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); })); // Nobody is left behind.
}

// The agent was not told any more that its attempt is over; it reads so.
TEST_F(Killed, ASupervisorDoesNotTakeBackTwice)
{
    ASSERT_TRUE(Relay::serves(service(Overlap)));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", "check 0\nexit 3"), "1.1.0 taken back"));

    kill(Victim::Supervisor);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    restart();

    ASSERT_TRUE(serves("1.0.0"));
    EXPECT_TRUE(eventually([this] { return toldOnce().size() >= 4 && !status().lastCheck.empty(); }));
    auto once = toldOnce();
    std::erase(once, "3/9 1.1.0 code 35"); // Offered again, if that was so quick.
    EXPECT_EQ(once, (std::vector<std::string>{"13/1 1.1.0", "14/1 1.1.0", "800/1 1.1.0", "3/0 1.1.0 code 5/3"}));
    EXPECT_EQ(history(), std::vector<std::string>{"rolledBack 1.1.0 from 1.0.0 code 5"});
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(stop(), 0);
}

// Each pause is twice the last; who asks for a check does not wait for its end.
TEST_F(Killed, AnAgentThatWaitsToBeStartedAgainIsStartedForACheck)
{
    ASSERT_TRUE(Relay::serves(service(Overlap)));
    for (const std::string pause : {"1s", "2s", "4s", "8s", "16s", "32s"}) {
        ASSERT_TRUE(eventually([this] { return roleOf("agent") != 0; }));
        kill(Victim::Agent);
        ASSERT_TRUE(baton->says("it starts again in " + pause));
        check();
    }
    EXPECT_TRUE(update("1.1.0", release("1.1.0"), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

using ::testing::Combine;
using ::testing::Values;
using ::testing::ValuesIn;

INSTANTIATE_TEST_SUITE_P(Supervisor, KilledAt, Combine(Values(Victim::Supervisor), ValuesIn(Moments), Values(Overlap)),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Power, KilledAt, Combine(Values(Victim::All), ValuesIn(Moments), Values(Overlap)), nameOf);
INSTANTIATE_TEST_SUITE_P(Agent, KilledAt,
                         Combine(Values(Victim::Agent), Values(Offered, Fetched, Verified, Beside, Committed),
                                 Values(Overlap)),
                         nameOf);
INSTANTIATE_TEST_SUITE_P(Stager, KilledAt, Combine(Values(Victim::Stager), Values(Staging), Values(Overlap)), nameOf);
INSTANTIATE_TEST_SUITE_P(Program, KilledAt,
                         Combine(Values(Victim::Program), Values(Offered, Staging, Verified, Beside), Values(Overlap)),
                         nameOf);

INSTANTIATE_TEST_SUITE_P(SupervisorInARestart, KilledAt,
                         Combine(Values(Victim::Supervisor), Values(Verified, Waiting, StartingAlone, Alone, Committed),
                                 Values(Restart)),
                         nameOf);

} // namespace
} // namespace baton::system
