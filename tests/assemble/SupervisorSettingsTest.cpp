#include "client/assemble/SupervisorSettings.h"

#include "client/assemble/CommandLine.h"
#include "client/assemble/UsageError.h"
#include "client/os/Confinement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::assemble {
namespace {

using supervise::Handoff;
using supervise::ReadyKind;
using supervise::TryOutKind;
using testing::ElementsAre;

Handed handed(const std::vector<std::string>& words)
{
    const char* const none = nullptr;
    Handed handed;
    handed.values = resolve(Run, words, &none, {}).values;
    handed.command = {"./server"};
    handed.executable = "/usr/bin/baton";
    handed.listens = handed.values.has("listen");
    return handed;
}

supervise::Settings settings(const std::vector<std::string>& words) { return supervisorSettings(handed(words), 9); }

TEST(SupervisorSettings, OverlapsWhereThereIsAListenerAndRestartsWhereNoneIs)
{
    EXPECT_EQ(settings({}).handoff, Handoff::Restart);
    EXPECT_EQ(settings({"--listen", "web=127.0.0.1:0"}).handoff, Handoff::Overlap);
    EXPECT_EQ(settings({"--listen", "web=127.0.0.1:0", "--handoff", "restart"}).handoff, Handoff::Restart);
}

TEST(SupervisorSettings, GivesTheSecondHalfOfTheProbationAsLongAsTheFirst)
{
    EXPECT_EQ(settings({"--probation", "3s"}).probationAlone, std::chrono::seconds(3));
    EXPECT_EQ(settings({"--probation", "3s", "--probation-alone", "0s"}).probationAlone, std::chrono::seconds(0));
}

TEST(SupervisorSettings, KnowsEachKindOfReadiness)
{
    EXPECT_EQ(settings({}).readiness.kind, ReadyKind::Notify);
    const auto tcp = settings({"--ready", "tcp", "--listen", "u=unix:/tmp/x", "--listen", "w=127.0.0.1:80"}).readiness;
    EXPECT_EQ(tcp.kind, ReadyKind::Tcp);
    EXPECT_EQ(tcp.target, "127.0.0.1:80");
    EXPECT_EQ(settings({"--ready", "http://127.0.0.1/x"}).readiness.target, "http://127.0.0.1/x");
    EXPECT_EQ(settings({"--ready", "exec:test -f /x"}).readiness.target, "test -f /x");
    EXPECT_EQ(settings({"--ready", "delay:2s"}).readiness.delay, std::chrono::seconds(2));
    EXPECT_THROW(settings({"--ready", "tcp"}), UsageError);
    const auto probe = settings({"--ready", "http:/ready 204", "--probe-listen", "probe"}).readiness;
    EXPECT_EQ(probe.kind, ReadyKind::Probe);
    EXPECT_EQ(probe.target, "/ready 204");
    EXPECT_THROW(settings({"--ready", "http:/ready"}), UsageError);
}

TEST(SupervisorSettings, ReadsTheTryOut)
{
    EXPECT_EQ(settings({}).tryOut.kind, TryOutKind::None);
    EXPECT_EQ(settings({"--try", "token"}).tryOut.kind, TryOutKind::Token);
    const auto arguments = settings({"--try", "check  --quick"}).tryOut;
    EXPECT_EQ(arguments.kind, TryOutKind::Arguments);
    EXPECT_THAT(arguments.arguments, ElementsAre("check", "--quick"));
    EXPECT_EQ(arguments.limit, std::chrono::seconds(10));
    EXPECT_TRUE(arguments.hasNetwork);

    const auto limited = settings({"--try-timeout", "3s", "--try-memory", "64MB", "--try-network", "no"}).tryOut;
    EXPECT_EQ(limited.limit, std::chrono::seconds(3));
    EXPECT_EQ(limited.memoryBytes, os::isInstrumented() ? 0 : 64'000'000);
    EXPECT_FALSE(limited.hasNetwork);
}

TEST(SupervisorSettings, StartsAnAgentOnlyWhereThereIsAServer)
{
    EXPECT_THAT(settings({}).agent.arguments, ElementsAre());

    const auto with = settings({"--server", "http://127.0.0.1/"});

    EXPECT_THAT(with.agent.arguments, ElementsAre("/usr/bin/baton", "agent"));
    EXPECT_THAT(with.agent.environment, ElementsAre("BATON_ROLE=agent"));
    EXPECT_THAT(with.stager.environment, ElementsAre("BATON_ROLE=stage"));
    EXPECT_EQ(with.settingsFd, 9);
}

TEST(SupervisorSettings, RefusesTwoListenersOfOneName)
{
    EXPECT_THROW(settings({"--listen", "web=127.0.0.1:0", "--listen", "web=127.0.0.1:1"}), UsageError);
}

TEST(SupervisorSettings, GivesTheProxiesOfTheEnvironmentToTheAgentAlone)
{
    ::setenv("https_proxy", "http://proxy:3128", 1);
    ::setenv("HTTP_PROXY", "http://stranger", 1);

    const auto made = settings({"--server", "https://h/", "--app-id", "web"});

    ::unsetenv("https_proxy");
    ::unsetenv("HTTP_PROXY");
    EXPECT_THAT(made.agent.environment, testing::Contains("https_proxy=http://proxy:3128"));
    EXPECT_THAT(made.agent.environment, testing::Not(testing::Contains(testing::HasSubstr("stranger"))));
    EXPECT_THAT(made.stager.environment, testing::Not(testing::Contains(testing::HasSubstr("proxy"))));
}

} // namespace
} // namespace baton::assemble
