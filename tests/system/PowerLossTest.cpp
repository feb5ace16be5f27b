// The power goes at every step of an update and of a way back by real processes: what strace saw of the supervisor, the
// agent and the stager is replayed, and of what was not synced any part is lost.
// SPDX-License-Identifier: Apache-2.0
#include "tests/store/PowerLoss.h"

#include "client/control/Client.h"
#include "tests/store/Trace.h"
#include "tests/system/Relay.h"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

namespace baton::system {
namespace {

using baton::testing::Disk;
using baton::testing::explore;
using baton::testing::Payload;
using baton::testing::RecordedDisk;

constexpr const char* Strace = "/usr/bin/strace";

Payload payloadOf(const std::string& version)
{
    return Payload(version, "#!" ACTOR "\n# release " + version + "\nready\nserve\nexit 0\n");
}

bool canTrace(const fs::path& log)
{
    return Running({Strace, {"strace", "-o", log.string(), "/bin/true"}}, log.string() + ".said").end() == 0;
}

bool isNamed(const RecordedDisk& disk, const std::string& name)
{
    const auto& steps = disk.steps();
    return std::any_of(steps.begin(), steps.end(),
                       [&](const auto& step) { return step.name == name || step.toName == name; });
}

// strace makes short numbers as wide as longer ones.
bool tellsTheEndOf(pid_t pid, const std::string& trace)
{
    std::istringstream lines(trace);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(std::to_string(pid) + ' ') && line.ends_with(" +++ exited with 0 +++")) return true;
    return false;
}

struct PowerLoss : Relay {
    void SetUp() override
    {
        if (::geteuid() != 0) GTEST_SKIP() << "NOT RUN: only root sees which files a confined process writes";
        if (::access(Strace, X_OK) != 0) GTEST_SKIP() << "NOT RUN: there is no " << Strace;
        if (!canTrace(scratch / "probe")) GTEST_SKIP() << "NOT RUN: who runs this may not trace a process";
    }

    ::testing::AssertionResult updateTo(const Payload& payload)
    {
        const auto file = scratch.write("app-" + payload.version + ".tar", payload.bytes);
        auto done = update(payload.version, file, payload.version + " committed");
        if (done && !eventually([this] { return !store().loadAttempt(); }))
            done = ::testing::AssertionFailure() << "the agent did not come to an end of it";
        return done;
    }

    /// A machine that was updated to each of these, one after the other; nothing of it runs.
    ::testing::AssertionResult has(const std::vector<Payload>& payloads)
    {
        start(options);
        if (!eventually([this] { return fs::exists(store().controlSocket()); }))
            return ::testing::AssertionFailure() << "it did not start";
        for (const auto& payload : payloads)
            if (auto done = updateTo(payload); !done) return done;
        return stop() == 0 ? ::testing::AssertionSuccess() : ::testing::AssertionFailure() << "it did not end well";
    }

    /// What a Baton does from its start to its end, while `deed` is done to it.
    RecordedDisk record(const std::function<void()>& deed, const std::map<std::string, std::string>& promises)
    {
        Disk before;
        std::map<baton::testing::FileId, std::size_t> nodes;
        take(before, nodes, state);
        const auto trace = scratch / "trace";
        auto command = commandFor(options);
        std::vector<std::string> words{"strace", "-DDD", "-o", trace.string()};
        words.insert(words.end(), baton::testing::traceOptions().begin(), baton::testing::traceOptions().end());
        words.insert(words.end(), {"--", command.executable});
        words.insert(words.end(), command.arguments.begin() + 1, command.arguments.end());
        command.executable = Strace;
        command.arguments = words;
        baton.emplace(command, scratch / "traced.log");

        deed();
        baton->signal(SIGTERM);
        EXPECT_TRUE(eventually([&] { return tellsTheEndOf(baton->pid(), readFile(trace)); }));
        EXPECT_EQ(baton->end(), 0); // Nobody else hears of it before strace has.
        const auto calls = baton::testing::parseTrace(readFile(trace));
        return {before, stepsOf(calls, state, before, promises)};
    }

    RunOptions options{{"{release}/bin/app"}};
    const Payload older = payloadOf("1.1.0");
    const Payload old = payloadOf("1.2.0");
    const Payload next = payloadOf("1.3.0");
};

TEST_F(PowerLoss, InAnUpdateOfRealProcessesLosesNeitherTheOldReleaseNorTheNew)
{
    ASSERT_TRUE(has({older, old}));
    const auto disk = record(
        [&] {
            ASSERT_TRUE(baton->says("1.2.0 serves"));
            ASSERT_TRUE(updateTo(next));
        },
        {{"1.3.0 committed", "committed"}});
    ASSERT_FALSE(HasFailure());
    EXPECT_TRUE(isNamed(disk, "attempt.json")); // The agent's.
    EXPECT_TRUE(isNamed(disk, "app"));          // The stager's.
    EXPECT_TRUE(isNamed(disk, "state.json"));   // The supervisor's.

    const auto points = explore(disk, [&](const auto& root, const auto& promised) {
        baton::testing::expectUpdated(root, promised, old, next);
    });

    EXPECT_GE(points, 1'000U);
}

TEST_F(PowerLoss, InAWayBackOfRealProcessesNeverBringsBackWhatWasTakenBack)
{
    ASSERT_TRUE(has({older, old, next}));
    const auto disk = record(
        [&] {
            ASSERT_TRUE(baton->says("1.3.0 serves"));
            control::ask(store().controlSocket(), "rollback");
            ASSERT_TRUE(eventually([this] { return store().loadState()->current == old.key; }));
        },
        {});
    ASSERT_FALSE(HasFailure());

    const auto points = explore(disk, [&](const auto& root, const auto& promised) {
        baton::testing::expectTakenBack(root, promised, old, next);
    });

    EXPECT_GE(points, 100U);
}

} // namespace
} // namespace baton::system
