#include "client/service/Role.h"

#include "client/service/OwnArguments.h"
#include "client/service/TryOut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace baton::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Situation under(bool parentIsBaton, bool hasServer)
{
    Situation situation;
    situation.hasGeneration = true;
    situation.parentIsBaton = parentIsBaton;
    situation.hasServer = hasServer;
    return situation;
}

TEST(Role, IsThatOfAPlainServerUnlessSomethingSaysOtherwise)
{
    EXPECT_EQ(chooseRole({}), Role::Plain);
    EXPECT_EQ(chooseRole(under(false, false)), Role::Plain);
}

TEST(Role, IsASupervisorWithAServer)
{
    Situation situation;
    situation.hasServer = true;
    EXPECT_EQ(chooseRole(situation), Role::Supervisor);
}

TEST(Role, IsAProgramUnderABatonWhateverItsArgumentsSay)
{
    EXPECT_EQ(chooseRole(under(true, true)), Role::Program);
    EXPECT_EQ(chooseRole(under(true, false)), Role::Program);
    EXPECT_EQ(chooseRole(under(false, true)), Role::Supervisor) << "the generation was a process above us";
}

TEST(Role, IsWhatBatonRoleSays)
{
    auto situation = under(false, true);
    situation.role = "agent";
    EXPECT_EQ(chooseRole(situation), Role::Agent);
    situation.role = "stage";
    EXPECT_EQ(chooseRole(situation), Role::Stager);
    situation.role = "probe";
    EXPECT_EQ(chooseRole(situation), Role::Prober);
    situation.role = "reload";
    EXPECT_EQ(chooseRole(situation), Role::Reader);
    situation.role = "root";
    EXPECT_EQ(chooseRole(situation), Role::Unknown);
}

TEST(Role, IsAProgramUnderABatonWhateverBatonRoleSays)
{
    auto situation = under(true, false);
    situation.role = "agent";
    EXPECT_EQ(chooseRole(situation), Role::Program);
}

TEST(Role, IsATryOutBeforeAnythingElse)
{
    auto situation = under(true, true);
    situation.role = "agent";
    situation.tryOut = "00ff";
    EXPECT_EQ(chooseRole(situation), Role::TryOut);
}

TEST(TryOut, PrintsItsTokenAndNothingElse)
{
    testing::internal::CaptureStdout();
    EXPECT_EQ(answerTryOut("0123456789abcdefABCDEF"), 0);
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "0123456789abcdefABCDEF\n");
    for (const auto* text : {"", "token", "00\n00"}) EXPECT_THROW(answerTryOut(text), std::runtime_error) << text;
    EXPECT_THROW(answerTryOut(std::string(129, '0')), std::runtime_error);
}

TEST(OwnArguments, PartBatonsOptionsFromTheProgramsOwn)
{
    const auto parted = partArguments({"--verbose", "--server", "http://host/", "file", "--app-id=x", "-q", "--listen",
                                       "web=127.0.0.1:0", "--greeting=hello", "--color", "red"});

    EXPECT_THAT(parted.baton, ElementsAre("--server", "http://host/", "--app-id=x", "--listen", "web=127.0.0.1:0"));
    EXPECT_THAT(parted.program, ElementsAre("--verbose", "file", "-q", "--greeting=hello", "--color", "red"));
}

TEST(OwnArguments, LeaveEverythingBehindTwoDashesToTheProgram)
{
    const auto alone = partArguments({"--server", "http://host/", "--", "--server", "x"});
    EXPECT_THAT(alone.baton, ElementsAre("--server", "http://host/"));
    EXPECT_THAT(alone.program, ElementsAre("--server", "x"));

    EXPECT_THAT(partArguments({"-q", "--", "--server"}).program, ElementsAre("-q", "--", "--server"));
    EXPECT_THAT(partArguments({"--server", "--", "x"}).baton, ElementsAre("--server"));
}

TEST(OwnArguments, DoNotTakeOptionsOfOtherCommands)
{
    const auto parted = partArguments({"--json", "--wait"});
    EXPECT_THAT(parted.baton, IsEmpty());
    EXPECT_THAT(parted.program, ElementsAre("--json", "--wait"));
}

} // namespace
} // namespace baton::service
