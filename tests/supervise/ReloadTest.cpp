#include "client/supervise/Reload.h"

#include "client/os/Listening.h"
#include "client/os/SystemClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace baton::supervise {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct ReloadTest : ::testing::Test {
    testing::TemporaryDirectory directory;
    os::SystemClock clock;
    KeptLog log;
    loop::EventLoop loop{clock};
    ListenerSet set;
    ListenerGuard guard{loop, log, set, [](const std::string&) {}, [] {}};

    static std::vector<os::ListenAddress> parsed(const std::vector<std::string>& texts)
    {
        std::vector<os::ListenAddress> addresses;
        for (const auto& text : texts) addresses.push_back(os::parseListenAddress(text));
        return addresses;
    }
    void open(const std::vector<std::string>& texts)
    {
        set.openMissing(parsed(texts));
        guard.beforeStart(0);
    }
    ReloadReport apply(const std::vector<std::string>& texts) { return applyListeners(parsed(texts), set, guard); }
    std::string unixAt(const std::string& name) const { return name + "=unix:" + (directory.path() / name).string(); }
};

TEST_F(ReloadTest, AddsAndRemovesWithoutTouchingTheRest)
{
    open({"web=127.0.0.1:0", "old=127.0.0.1:0"});
    const auto web = set.all().front();

    const auto report = apply({"fresh=127.0.0.1:0", "web=127.0.0.1:0"});

    EXPECT_EQ(set.names(), "fresh:web");
    EXPECT_EQ(set.all().back(), web);
    EXPECT_FALSE(set.all().front()->listens);
    EXPECT_THAT(report.changed,
                ElementsAre(HasSubstr("old is removed"), HasSubstr("is added for the next generation")));
    EXPECT_THAT(report.refused, IsEmpty());
}

TEST_F(ReloadTest, ChangesNothingThatIsAsItWas)
{
    open({"web=127.0.0.1:0,reuseport=2", "admin=127.0.0.1:0"});
    const auto before = set.all();
    const auto report = apply({"web=127.0.0.1:0,reuseport=2", "admin=127.0.0.1:0"});
    EXPECT_EQ(set.all(), before);
    EXPECT_THAT(report.changed, IsEmpty());
    EXPECT_EQ(print(report), "{\"accepted\":true,\"changed\":[],\"refused\":[]}\n");
}

TEST_F(ReloadTest, RefusesAnotherNumberOfSockets)
{
    open({"web=127.0.0.1:0,reuseport=4"});
    const auto report = apply({"web=127.0.0.1:0,reuseport=2"});
    EXPECT_EQ(set.count("web"), 4U);
    EXPECT_THAT(report.refused, ElementsAre(HasSubstr("web keeps its 4 sockets and does not get 2")));
}

TEST_F(ReloadTest, GivesABacklogAndAModeAtOnce)
{
    open({"web=127.0.0.1:0", unixAt("x")});
    apply({"web=127.0.0.1:0,backlog=9", unixAt("x") + ",mode=0600"});
    guard.check(1);
    EXPECT_EQ(os::backlogOf(set.all().front()->socket.get()), 9) << "the guard knows";
    EXPECT_EQ(fs::status(directory.path() / "x").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ReloadTest, MovesAListenerForTheNextGeneration)
{
    open({unixAt("x")});
    {
        const ListenerSet generation = set;
        const auto report = apply({"x=unix:" + (directory.path() / "y").string()});
        EXPECT_THAT(report.changed, ElementsAre(HasSubstr("for the next generation, and was unix:")));
        EXPECT_TRUE(fs::exists(directory.path() / "x"));
        EXPECT_EQ(set.names(), "x");
    }
    EXPECT_FALSE(fs::exists(directory.path() / "x"));
    EXPECT_TRUE(fs::exists(directory.path() / "y"));
}

TEST_F(ReloadTest, RefusesWhatCannotBeBoundAndKeepsWhatWas)
{
    const auto taken = os::listenOn(os::parseListenAddress("t=127.0.0.1:0"));
    open({"web=127.0.0.1:0"});
    const auto before = set.all();
    const auto report = apply({"web=" + os::boundAddress(taken.get()), "ok=127.0.0.1:0"});
    EXPECT_THAT(report.refused, ElementsAre(HasSubstr("Address already in use")));
    EXPECT_EQ(set.names(), "web:ok");
    EXPECT_EQ(set.all().front(), before.front());
}

TEST_F(ReloadTest, AnswersInJsonWhateverTheSentenceHolds)
{
    EXPECT_EQ(print(ReloadReport{{}, {"a \"b\""}, {}}),
              "{\"accepted\":true,\"changed\":[\"a \\\"b\\\"\"],\"refused\":[]}\n");
    EXPECT_EQ(print(ReloadReport{"no", {}, {}}), "{\"error\":\"no\"}\n");
}

} // namespace
} // namespace baton::supervise
