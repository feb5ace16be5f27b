#include "client/assemble/AgentSettings.h"

#include "client/assemble/CommandLine.h"
#include "client/assemble/UsageError.h"
#include "client/core/Timestamp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

agent::Settings settings(const std::vector<std::string>& words)
{
    const char* const none = nullptr;
    return agentSettings(resolve(Run, words, &none, {}).values, "/var/lib/web");
}

std::string complaint(const std::vector<std::string>& words)
{
    try {
        settings(words);
    } catch (const UsageError& error) {
        EXPECT_EQ(error.exitCode(), 64);
        return error.what();
    }
    return "nothing was wrong";
}

TEST(AgentSettings, HaveTheWindowsThatWereSaid)
{
    const auto made = settings({"--window", "Mon 02:00-05:00 UTC", "--window", "Tue 02:00-05:00 Europe/Berlin",
                                "--check-window", "10:00-12:00 UTC"});
    const auto at = [](const char* text) { return parseTimestamp(text).value(); };

    EXPECT_TRUE(made.handOffWindows.isOpen(at("2026-11-23T02:00:00Z")));
    EXPECT_TRUE(made.handOffWindows.isOpen(at("2026-11-24T01:00:00Z")));
    EXPECT_FALSE(made.handOffWindows.isOpen(at("2026-11-24T04:30:00Z")));
    EXPECT_FALSE(made.checkWindows.isOpen(at("2026-11-23T02:00:00Z")));
    EXPECT_TRUE(settings({}).handOffWindows.isOpen(at("2026-11-23T02:00:00Z")));
}

TEST(AgentSettings, WantAnApprovalWhenItWasSaid)
{
    EXPECT_TRUE(settings({"--approve", "manual"}).needsApproval);
    EXPECT_FALSE(settings({}).needsApproval);
}

TEST(AgentSettings, SayAttributesOfTheAppThatOmahaKnowsOrThatAreInvented)
{
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    EXPECT_EQ(settings({"--attribute", "ap=beta", "--attribute", "oem=ami", "--attribute", "rollback_allowed=true",
                        "--attribute", "_ring=a=b"})
                  .attributes,
              (Pairs{{"ap", "beta"}, {"oem", "ami"}, {"rollback_allowed", "true"}, {"_ring", "a=b"}}));
}

TEST(AgentSettings, ObeyTheTwoAttributesThatSayWhatIsWanted)
{
    EXPECT_FALSE(settings({}).mayGoBack || settings({}).mayBeSame);
    EXPECT_TRUE(settings({"--attribute", "rollback_allowed=true"}).mayGoBack);
    EXPECT_FALSE(settings({"--attribute", "rollback_allowed=false"}).mayGoBack);
    EXPECT_TRUE(settings({"--attribute", "sameversionupdate=true"}).mayBeSame);
}

TEST(AgentSettings, TakeNoSecretFromTheCommandLine)
{
    const auto said = complaint({"--attribute", "tttoken=abc"});
    EXPECT_THAT(said, HasSubstr("--authorization-file"));
    EXPECT_THAT(said, ::testing::Not(HasSubstr("abc")));
}

TEST(AgentSettings, RefuseAttributesThatAreBatonsOwnOrUnknownOrWrong)
{
    for (const auto* text : {"appid=x", "version=1", "machineid=x", "cohort=x", "nosuch=1", "_=1", "_a b=1",
                             "rollback_allowed=perhaps", "installage=soon"})
        EXPECT_THAT(complaint({"--attribute", text}), HasSubstr("Omaha's app has no such attribute of its own to set"))
            << text;
}

TEST(AgentSettings, NameTheKeyThatCannotBeRead)
{
    for (const auto* file : {"/", "/dev/zero", "/nowhere/key.pem"}) {
        try {
            settings({"--cup-key", std::string("7:") + file});
            ADD_FAILURE() << file << " was taken for a key";
        } catch (const UsageError& error) {
            EXPECT_EQ(error.exitCode(), 66) << error.what();
            EXPECT_THAT(error.what(), StartsWith("--cup-key: "));
            EXPECT_THAT(error.what(), HasSubstr(file));
        }
    }
}

TEST(AgentSettings, AreRefusedWithTheWindowThatIsWrongAndAnExample)
{
    EXPECT_THAT(complaint({"--window", "Mon 5-7"}), AllOf(HasSubstr("--window"), HasSubstr("\"Mon 5-7\" has no times"),
                                                          HasSubstr("for example Mon-Fri 02:00-05:00")));
    EXPECT_THAT(complaint({"--check-window", "02:00-05:00 Mars/Olympus"}),
                AllOf(HasSubstr("--check-window"), HasSubstr("no time zone Mars/Olympus")));
}

} // namespace
} // namespace baton::assemble
