// The fault table, rows 22 and 23: system calls of the supervisor fail, one kind after the other, at each step.
// SPDX-License-Identifier: Apache-2.0
#include "client/control/Client.h"
#include "tests/system/Fault.h"
#include "tests/system/FaultyCalls.h"

#include <cerrno>
#include <cstring>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

struct Shortage {
    const char* name;
    const char* call;
    int error;
    const char* step = ""; // of the hand-off, where it is to happen at a certain one
};
void PrintTo(const Shortage& shortage, std::ostream* out) { *out << shortage.name; }
std::string nameOf(const ::testing::TestParamInfo<Shortage>& test)
{
    return std::string(test.param.name) + (*test.param.step == '\0' ? "" : "At") + test.param.step;
}

struct Machine : Fault, ::testing::WithParamInterface<Shortage> {
    ::testing::AssertionResult preloaded(const std::string& probation = "300ms")
    {
        RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}, {}, {"web=127.0.0.1:0"}, probation};
        options.environment = calls.environment();
        return underLoad(options);
    }
    // A hand-off of the release to itself: no agent and no stager has a part in it.
    void handOver() const { control::ask(store().controlSocket(), "restart"); }

    // There is what was missing again, and everything goes its way.
    void recovers()
    {
        calls.heal();
        handOver();
        EXPECT_TRUE(eventually([this] { return isServing("1.0.0") && pid() != before; }));
        EXPECT_TRUE(stateIsWhole());
        lost(0);
        EXPECT_EQ(stop(), 0);
    }
    std::size_t descriptors() const
    {
        const auto directory = fs::path("/proc") / std::to_string(baton->pid()) / "fd";
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
    }

    FaultyCalls calls{scratch / "order"};
};

struct Fault22 : Machine {};

TEST_P(Fault22, RefusesTheHandOffBeforeTheOldOneIsTouchedAndLeaksNothing)
{
    constexpr int Tries = 200;
    ASSERT_TRUE(preloaded());
    const auto first = descriptors();
    calls.fail(GetParam().call, GetParam().error);

    for (int i = 0; i < Tries; ++i) handOver();

    ASSERT_TRUE(baton->says("the hand-over to 1.0.0 could not begin"));
    EXPECT_THAT(baton->said(), HasSubstr(std::strerror(GetParam().error)));
    EXPECT_GE(calls.failed(), static_cast<unsigned>(Tries));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(pid(), before);
    EXPECT_EQ(baton->said().find("told to drain"), std::string::npos);
    EXPECT_EQ(descriptors(), first);
    EXPECT_TRUE(status().blocked.empty());
    recovers();
}

INSTANTIATE_TEST_SUITE_P(
    without, Fault22,
    ::testing::Values(Shortage{"APipe", "pipe2", EMFILE}, Shortage{"APipeOfTheSystem", "pipe2", ENFILE},
                      Shortage{"ASocket", "socket", EMFILE}, Shortage{"ASocketOfTheSystem", "socket", ENFILE},
                      Shortage{"AChannel", "socketpair", EMFILE}, Shortage{"ADuplicate", "dup", EMFILE},
                      Shortage{"APidfd", "pidfd_open", EMFILE}, Shortage{"APidfdOfTheSystem", "pidfd_open", ENFILE},
                      Shortage{"AFile", "create", EMFILE}, Shortage{"AFileOfTheSystem", "create", ENFILE},
                      Shortage{"AProcess", "fork", EAGAIN}, // pids.max too
                      Shortage{"Memory", "fork", ENOMEM}),
    nameOf);

struct Fault23 : Machine {};

TEST_P(Fault23, TakesNoStepThatCannotBeRecorded)
{
    const std::string step = GetParam().step;
    ASSERT_TRUE(preloaded("500ms"));
    if (step == "start") {
        calls.fail(GetParam().call, GetParam().error);
        handOver();
        ASSERT_TRUE(baton->says("the hand-over to 1.0.0 could not begin"));
        EXPECT_EQ(status().state, "serving");
    } else {
        handOver();
        ASSERT_TRUE(baton->says(step == "drain" ? "1.0.0 on probation beside 1.0.0" : "1.0.0 serves alone"));
        calls.fail(GetParam().call, GetParam().error);
    }

    ASSERT_TRUE(baton->says("could not record the step \"" + step + " 1.0.0\", so it is not taken"));
    EXPECT_THAT(baton->said(), HasSubstr(std::strerror(GetParam().error)));
    EXPECT_GT(calls.failed(), 0U);
    EXPECT_EQ(status().state, step == "start" ? "serving" : step == "drain" ? "probationBeside" : "probationAlone");
    EXPECT_THAT(ask(), HasSubstr("1.0.0"));
    EXPECT_TRUE(stateIsWhole());
    if (step == "start") return recovers();
    calls.heal(); // The step is tried again by itself.
    EXPECT_TRUE(baton->says("1.0.0 committed"));
    lost(0);
    EXPECT_EQ(stop(), 0);
}

std::vector<Shortage> eachWriteAtEachStep()
{
    std::vector<Shortage> all;
    for (const auto& [name, call, error] : {std::tuple{"ENOSPC", "write", ENOSPC},
                                            {"EROFS", "create", EROFS},
                                            {"EIO", "fsync", EIO},
                                            {"EIOOfARename", "rename", EIO}})
        for (const auto* step : {"start", "drain", "commit"}) all.push_back({name, call, error, step});
    return all;
}

INSTANTIATE_TEST_SUITE_P(of, Fault23, ::testing::ValuesIn(eachWriteAtEachStep()), nameOf);

// The history comes after the state: what it could not take is told later, once.
TEST_F(Machine, Fault23OfTheHistoryLosesNoLine)
{
    ASSERT_TRUE(preloaded("300ms"));
    publish("1.1.0", scratch.actor("1.1.0", "ready\nsleep 200\nexit 3"));
    check();
    ASSERT_TRUE(baton->says("1.1.0 on probation beside"));
    calls.fail("write", EIO);
    ASSERT_TRUE(baton->says("1.1.0 taken back"));
    ASSERT_TRUE(baton->says("could not record the step \"take back 1.1.0\" yet"));
    calls.heal();
    ASSERT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_EQ(pid(), before);
    handOver(); // The next step writes down all that is known.
    ASSERT_TRUE(eventually([this] { return pid() != before && isServing("1.0.0"); }));

    EXPECT_EQ(history(), std::vector<std::string>{"rolledBack 1.1.0 from 1.0.0 code 44"});
    EXPECT_EQ(status().blocked.size(), 1U);
    EXPECT_TRUE(stateIsWhole());
    lost(2);
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
