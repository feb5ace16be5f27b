// The fault table, rows 14, 16, 17, 18, 21 and 30: the old release as it leaves, and what comes in between.
// SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "client/os/SocketAddress.h"
#include "client/os/UniqueFd.h"
#include "tests/system/Fault.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>

namespace baton::system {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A connection that is kept, and asks when it is told to.
class Kept {
public:
    explicit Kept(const std::string& web) : web_(web)
    {
        const auto to = os::resolve(parseHostPort(web).value_or(HostPort{}), SOCK_STREAM);
        socket_.reset(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (::connect(socket_.get(), to.get(), to.length) != 0) socket_.reset();
    }
    void ask() const
    {
        const auto request = "GET / HTTP/1.1\r\nHost: " + web_ + "\r\n\r\n";
        ::send(socket_.get(), request.data(), request.size(), MSG_NOSIGNAL);
    }
    // The whole answer, which is short; empty: the connection was closed.
    std::string hears() const
    {
        std::string text;
        std::array<char, 4096> bytes{};
        while (text.find("pid ") == std::string::npos || !text.ends_with('\n')) {
            pollfd one{socket_.get(), POLLIN, 0};
            if (::poll(&one, 1, static_cast<int>(Patient.count())) != 1) break;
            const auto length = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
            if (length <= 0) break;
            text.append(bytes.data(), static_cast<std::size_t>(length));
        }
        return text;
    }
    // Whether nothing has come that was not asked for, an end neither.
    bool isOpen() const
    {
        char byte = 0;
        return socket_ && ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
    }

private:
    std::string web_;
    os::UniqueFd socket_;
};

struct Draining : Fault {
    ::testing::AssertionResult updateTo(const std::string& version, const std::string& says)
    {
        return update(version, scratch.copyOf(HELLO, version), says);
    }
    std::string say(const std::string& word) const { return control::ask(store().controlSocket(), word); }
};

TEST_F(Draining, Fault14IgnoresTheDrainSignalAndIsKilledInTime)
{
    RunOptions options{{scratch.actor("1.0.0", "ready\nserve\nwait").string()}};
    options.drain = "1s";
    ASSERT_TRUE(underLoad(options));

    ASSERT_TRUE(updateTo("1.1.0", "1.1.0 committed"));
    EXPECT_EQ(baton->said().find("1.0.0 (generation 1) has ended"), std::string::npos) << "the commit did not wait";

    ASSERT_TRUE(baton->says("1.0.0 (generation 1) is killed: its time to end is over"));
    ASSERT_TRUE(baton->says("1.0.0 (generation 1) has ended with signal 9 (SIGKILL)"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

// Whoever is told to drain by a signal of its own may take SIGTERM for what ends it at once.
TEST_F(Draining, Fault14GetsSigtermBeforeItIsKilledWhereAnotherSignalMeansDrain)
{
    const std::string both = "on 12 say was told\nready\n";
    RunOptions options{{scratch.actor("1.0.0", both + "on 15 exit 0\nwait").string()}, {"--drain-signal", "SIGUSR2"}};
    options.drain = "300ms";
    ASSERT_TRUE(serves(options));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", both + "on 15 say stays\nwait"), "1.1.0 committed"));

    EXPECT_TRUE(baton->says("1.0.0 (generation 1) gets SIGTERM: its time to drain is over"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_THAT(baton->said(), HasSubstr("was told"));
    EXPECT_EQ(baton->said().find("is killed: its time to end is over"), std::string::npos);

    ASSERT_TRUE(updateTo("1.2.0", "1.2.0 committed"));

    EXPECT_TRUE(baton->says("1.1.0 (generation 2) gets SIGTERM: its time to drain is over"));
    EXPECT_TRUE(baton->says("1.1.0 (generation 2) is killed: its time to end is over"));
    EXPECT_TRUE(baton->says("1.1.0 (generation 2) has ended with signal 9 (SIGKILL)"));
    EXPECT_THAT(baton->said(), HasSubstr("stays"));
    EXPECT_EQ(stop(), 0);
}

// Clients that stay, such as an upload or a WebSocket: how many were cut is in the log.
TEST_F(Draining, Fault14TellsHowManyConnectionsItCut)
{
    RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
    options.drain = "1s";
    ASSERT_TRUE(underLoad(options));
    const Kept first(web);
    const Kept second(web);
    first.ask();
    EXPECT_THAT(first.hears(), HasSubstr("1.0.0 generation 1"));
    second.ask();
    EXPECT_THAT(second.hears(), HasSubstr("1.0.0 generation 1"));
    ASSERT_TRUE(updateTo("1.1.0", "1.0.0 told to drain"));
    ::kill(before, SIGSTOP); // It cannot even close them.

    ASSERT_TRUE(baton->says("1.0.0 (generation 1) is killed: its time to end is over, and "));
    const auto count = baton->word("its time to end is over, and ");
    EXPECT_GE(std::stoi(count), 2);
    clients->stop();
    EXPECT_TRUE(isServing("1.1.0"));
    EXPECT_EQ(stop(), 0);
}

// Long-lived connections hold no update up: several drain at once, and of too many the oldest is ended.
TEST_F(Draining, OfMoreThanMayDrainTheOldestIsEnded)
{
    const std::string stays = "ready\nserve\nwait";
    RunOptions options{{scratch.actor("1.0.0", stays).string()}, {"--max-draining", "2"}};
    options.drain = "60s";
    ASSERT_TRUE(underLoad(options));

    for (const std::string version : {"1.1.0", "1.2.0"})
        ASSERT_TRUE(update(version, scratch.actor(version, stays), version + " committed"));
    ASSERT_TRUE(eventually([this] { return status().draining.size() == 2; }));
    ASSERT_TRUE(update("1.3.0", scratch.actor("1.3.0", stays), "1.3.0 committed"));

    ASSERT_TRUE(baton->says("1.0.0 (generation 1) is ended: more than 2 drain at a time"));
    EXPECT_TRUE(eventually([this] { return status().draining.size() == 2; }));
    EXPECT_EQ(status().draining.front().version, "1.1.0");
    lost(0);
    baton->signal(SIGKILL); // They would take their minute.
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
}

TEST_F(Draining, Fault16AnswersTheFirstRequestOfAFreshConnectionAndNeverClosesFirst)
{
    ASSERT_TRUE(helloUnderLoad());
    const Kept fresh(web); // Accepted by whoever serves now, and silent.
    ASSERT_TRUE(updateTo("1.1.0", "1.0.0 told to drain"));
    ASSERT_TRUE(eventually([this] { return !status().draining.empty(); }));
    EXPECT_TRUE(fresh.isOpen());

    // It may not have read yet what it was told.
    const auto toldToClose = [&] {
        fresh.ask();
        const auto answer = fresh.hears();
        EXPECT_THAT(answer, HasSubstr("1.0.0 generation 1"));
        return answer.find("Connection: Close") != std::string::npos;
    };
    EXPECT_TRUE(eventually(toldToClose));
    ASSERT_TRUE(baton->says("1.1.0 committed"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Draining, Fault17ClosesNoneOfAThousandIdleConnectionsBeforeItsNextAnswer)
{
    constexpr std::size_t Many = 1'000;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4 * Many);
    ::setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < Many + 200) GTEST_SKIP() << "NOT RUN: only " << limit.rlim_cur << " descriptors";
    RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
    options.drain = "60s"; // So that even a busy machine comes to ask them all before the last quarter.
    ASSERT_TRUE(underLoad(options));
    std::vector<std::unique_ptr<Kept>> idle;
    for (std::size_t i = 0; i < Many; ++i) {
        idle.push_back(std::make_unique<Kept>(web));
        idle.back()->ask();
        ASSERT_THAT(idle.back()->hears(), HasSubstr("1.0.0 generation 1")) << i;
    }

    ASSERT_TRUE(updateTo("1.1.0", "1.1.0 committed"));

    for (std::size_t i = 0; i < Many; ++i) {
        ASSERT_TRUE(idle[i]->isOpen()) << i;
        idle[i]->ask();
        const auto answer = idle[i]->hears();
        ASSERT_THAT(answer, HasSubstr("1.0.0 generation 1")) << i;
        ASSERT_THAT(answer, HasSubstr("Connection: Close")) << i;
    }
    lost(0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Draining, TellsInItsStatusHowManyConnectionsAreLeft)
{
    RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}};
    options.drain = "60s";
    ASSERT_TRUE(serves(options));
    std::vector<std::unique_ptr<Kept>> kept;
    for (int i = 0; i < 3; ++i) {
        kept.push_back(std::make_unique<Kept>(web));
        kept.back()->ask();
        ASSERT_THAT(kept.back()->hears(), HasSubstr("1.0.0 generation 1"));
    }
    const auto areLeft = [this](std::int64_t count) {
        return eventually([&] {
            const auto draining = status().draining;
            return !draining.empty() && draining.front().connections == count;
        });
    };

    ASSERT_TRUE(updateTo("1.1.0", "1.0.0 told to drain"));

    EXPECT_TRUE(areLeft(3));
    EXPECT_THAT(control::describe(status()), HasSubstr("connections left: 3"));
    kept.pop_back();
    EXPECT_TRUE(areLeft(2));
    kept.pop_back();
    EXPECT_TRUE(areLeft(1));
    kept.front()->ask();
    EXPECT_THAT(kept.front()->hears(), HasSubstr("Connection: Close"));
    EXPECT_TRUE(baton->says("1.0.0 (generation 1) has ended with exit code 0"));
    EXPECT_EQ(stop(), 0);
}

// KillTest has the steps of an update that goes well; these are those of one that does not.
struct KilledWhileGoingBack : Fault, ::testing::WithParamInterface<const char*> {};

TEST_P(KilledWhileGoingBack, Fault18TheNextBatonGoesOnAndTheReleaseStaysBlocked)
{
    ASSERT_TRUE(underLoad({{scratch.actor("1.0.0", "sleep 200\nready\nserve\nexit 0").string()},
                           {"--probation-alone", "20s"},
                           {"web=127.0.0.1:0"},
                           "200ms"}));
    publish("1.1.0", scratch.actor("1.1.0", "after 900 exit 3\nready\nserve\nexit 0"));
    check();
    ASSERT_TRUE(baton->says(GetParam()));

    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);
    EXPECT_TRUE(stateIsWhole());
    clients->stop(); // Where nobody serves and Baton is gone, its listener is gone too.
    restart();

    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(ask(), "1.0.0\n");
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(status().blocked.front().version, "1.1.0");
    EXPECT_THAT(history(), ElementsAre("rolledBack 1.1.0 from 1.0.0 code 44"));
    check();
    EXPECT_TRUE(eventually([this] { return !status().lastCheck.empty(); }));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(eventually([] { return livingOrphans().empty(); }));
}

INSTANTIATE_TEST_SUITE_P(at, KilledWhileGoingBack, ::testing::Values("1.1.0 taken back", "going back to 1.0.0"),
                         [](const auto& moment) {
                             return std::string(moment.param).starts_with("going") ? "GoingBack" : "TakenBack";
                         });

TEST_F(Draining, Fault21ANewerReleaseWaitsForTheEndOfTheHandOff)
{
    ASSERT_TRUE(helloUnderLoad({}, "2s"));
    ASSERT_TRUE(updateTo("1.1.0", "1.1.0 on probation beside 1.0.0"));
    publish("1.2.0", scratch.copyOf(HELLO, "1.2.0"));
    check(); // In mid hand-off: asked again when that is over.

    ASSERT_TRUE(baton->says("1.2.0 committed"));

    const auto said = baton->said();
    EXPECT_LT(said.find("1.1.0 committed"), said.find("1.2.0 starts beside")) << "three generations at a time";
    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "committed 1.2.0 from 1.1.0"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

TEST_F(Draining, Fault21APersonsLastWordCounts)
{
    ASSERT_TRUE(helloUnderLoad({}, "20s"));
    ASSERT_TRUE(updateTo("1.1.0", "1.1.0 on probation beside 1.0.0"));
    say("hold"); // What is under way goes on; what comes next waits.
    publish("1.2.0", scratch.copyOf(HELLO, "1.2.0"));
    check();
    EXPECT_THAT(say("rollback"), HasSubstr("accepted"));

    ASSERT_TRUE(baton->says("1.1.0 taken back: a person took it back"));
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(pid(), before);
    ASSERT_TRUE(eventually([this] { return status().offered.has_value(); }));
    EXPECT_EQ(status().offered->version, "1.2.0");
    EXPECT_TRUE(status().hold);
    say("resume");
    ASSERT_TRUE(baton->says("1.2.0 on probation beside 1.0.0"));
    EXPECT_EQ(baton->said().find("1.2.0 starts beside 1.1.0"), std::string::npos);
    lost(0); // It was well: it drained.
    EXPECT_EQ(stop(), 0);
}

// What a person wanted to get away from stays away, though something newer comes while it leaves.
TEST_F(Draining, Fault21APersonsWordIsNotForgottenForANewerRelease)
{
    ASSERT_TRUE(helloUnderLoad({}, "1500ms"));
    ASSERT_TRUE(updateTo("1.1.0", "1.1.0 committed"));
    EXPECT_THAT(say("rollback"), HasSubstr("accepted"));
    ASSERT_TRUE(baton->says("1.0.0 on probation beside 1.1.0"));
    ASSERT_TRUE(updateTo("1.2.0", "1.2.0 verified and unpacked"));
    EXPECT_THAT(status().state, StartsWith("probation")) << "it came in mid hand-off";

    ASSERT_TRUE(baton->says("1.2.0 committed"));

    EXPECT_THAT(history(), ElementsAre("committed 1.1.0 from 1.0.0", "rolledBack 1.1.0 from 1.0.0 code 44",
                                       "committed 1.2.0 from 1.0.0"));
    ASSERT_EQ(status().blocked.size(), 1U);
    EXPECT_EQ(status().blocked.front().reason, "a person took it back");
    lost(0);
    EXPECT_EQ(stop(), 0);
}

// What the supervisor holds, as /proc shows it.
struct Held {
    std::size_t descriptors = 0;
    std::size_t children = 0; // zombies too
    long kilobytes = 0;       // anonymous memory: of PSS, strangers that run the same file have their share
};

Held heldBy(pid_t pid)
{
    Held held;
    const auto process = fs::path("/proc") / std::to_string(pid);
    held.descriptors =
        static_cast<std::size_t>(std::distance(fs::directory_iterator(process / "fd"), fs::directory_iterator()));
    held.children = childrenOf(pid).size();
    std::istringstream lines(readFile(process / "smaps_rollup"));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("Anonymous:")) held.kilobytes = std::stol(line.substr(10));
    return held;
}

struct Many : Draining {
    void handOver(int count)
    {
        ASSERT_TRUE(helloUnderLoad({"--probation-alone", "50ms"}, "50ms"));
        ASSERT_NO_FATAL_FAILURE(handOverOnce()); // What is made at the first one is there then.
        const auto first = heldBy(baton->pid());

        for (int i = 1; i < count; ++i) ASSERT_NO_FATAL_FAILURE(handOverOnce());

        const auto last = heldBy(baton->pid());
        EXPECT_EQ(last.descriptors, first.descriptors);
        EXPECT_EQ(last.children, first.children);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // They keep what was freed.
        EXPECT_LE(last.kilobytes, first.kilobytes + 256);
#endif
        lost(0);
        EXPECT_EQ(stop(), 0);
    }

private:
    // From the release that runs to itself: what it costs is the hand-off, and no download.
    void handOverOnce()
    {
        const auto old = pid();
        say("restart");
        ASSERT_TRUE(eventually([&] { return isServing("1.0.0") && pid() != old; }));
        ASSERT_TRUE(eventually([this] { return status().draining.empty(); }, Patience(60'000)));
    }
};

TEST_F(Many, Fault30HandOffsLeaveNothingBehind) { handOver(10); }

} // namespace
} // namespace baton::system
