#include "client/control/Status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Status fullStatus()
{
    Status status;
    status.state = "probationBeside";
    status.release = RunningRelease{"1.0.0", std::string(64, 'a'), 1, 4711};
    status.candidate = RunningRelease{"1.1.0", std::string(64, 'b'), 2, 4712, 3, "reloading", "warming up"};
    status.draining = {{"0.9.0", std::string(64, 'c'), 0, 4710}};
    status.attempt = AttemptStatus{"1.1.0", "installed", 5, 5};
    status.blocked = {{"0.8.0", std::string(64, 'd'), "it \"died\"\n", "2026-11-23T18:00:00Z"}};
    status.waiting = WaitingStatus{"the window opens", "2026-11-24T02:00:00Z"};
    status.offered = OfferedStatus{"1.2.0", "it waits for approval"};
    status.hold = HoldStatus{"2026-12-01T00:00:00Z"};
    status.gapMilliseconds = 312;
    status.nextCheck = "2026-11-23T19:00:00Z";
    status.nextCheckReason = "the interval";
    status.lastCheck = "2026-11-23T18:00:00Z";
    status.lastCheckResult = "update";
    status.signedBy = {"2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", 22};
    status.untold = UntoldStatus{70, 1};
    return status;
}

TEST(Status, IsOneLineOfJsonThatParses)
{
    EXPECT_EQ(parseStatus(print(fullStatus())), fullStatus());
    EXPECT_THAT(print(fullStatus()), Not(HasSubstr("\n")));
}

TEST(Status, OfSeveralProgramsHasEachUnderItsName)
{
    auto ended = fullStatus();
    ended.state = "ended";
    ended.exitCode = 7;
    const std::vector<NamedStatus> both{{"api", ended}, {"web", fullStatus()}};

    const auto text = print(both);

    EXPECT_EQ(parseStatuses(text), both);
    EXPECT_THAT(text, testing::StartsWith(R"({"programs":{"api":{"state":"ended",)"));
    EXPECT_THAT(text, HasSubstr(R"(},"web":)" + print(fullStatus()) + "}}")); // As if it were the only one.
    EXPECT_THAT(describe(ended), HasSubstr("ended, with exit code 7"));
    EXPECT_EQ(parseStatuses(print(fullStatus())), (std::vector<NamedStatus>{{"", fullStatus()}}));
    EXPECT_THROW(parseStatuses("{}"), std::runtime_error);
}

TEST(Status, SaysNullForWhatIsNot)
{
    Status status;
    status.state = "empty";
    EXPECT_EQ(
        print(status),
        R"({"state":"empty","release":null,"candidate":null,"draining":[],"attempt":null,"waiting":null,)"
        R"("offered":null,"hold":null,"blocked":[],"gapMs":null,"signed":null,"nextCheck":null,"nextCheckReason":null,)"
        R"("lastCheck":null,"lastCheckResult":null,"untold":null})");
    EXPECT_EQ(parseStatus(print(status)), status);
}

TEST(Status, OfABatonThatIsOlderThanTheCommandLacksWhatItDidNotKnow)
{
    const std::string text = R"({"state":"empty","release":null,"candidate":null,"draining":[],"attempt":null,)"
                             R"("blocked":[],"nextCheck":null,"lastCheck":null,"lastCheckResult":null})";
    Status status;
    status.state = "empty";

    EXPECT_EQ(parseStatus(text), status);
}

TEST(Status, IsRefusedWhenItIsNone)
{
    for (const std::string text : {"", "{}", "[]", "null", R"({"state":1})", "{\"state\":\"empty\"}"})
        EXPECT_THROW(parseStatus(text), std::runtime_error) << text;
    EXPECT_THROW(parseStatus(print(fullStatus()).substr(0, 100)), std::runtime_error);
}

TEST(Status, ReadsWellAtATerminal)
{
    const auto text = describe(fullStatus());
    for (const auto* part :
         {"probationBeside", "1.0.0", "pid 4711", "1.1.0", "0.9.0", "5 of 5 bytes", "0.8.0",
          "until 2026-11-24T02:00:00Z  the window opens", "1.2.0  it waits for approval", "until 2026-12-01T00:00:00Z",
          "the interval", "312 ms", "70 events until the server takes them; 1 outcome more it will never hear of"})
        EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(describe(Status()), HasSubstr("none yet"));
}

} // namespace
} // namespace baton::control
