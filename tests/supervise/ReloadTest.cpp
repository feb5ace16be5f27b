#include "client/supervise/Reload.h"

#include "client/os/Listening.h"
#include "client/os/SystemClock.h"
#include "tests/support/KeptLog.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

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
    /// As while these generations live.
    ReloadReport apply(const std::vector<std::string>& texts, const std::vector<ListenerSet>& generations = {})
    {
        auto held = set.all();
        for (const auto& generation : generations)
            for (const auto& listener : generation.all())
                if (std::find(held.begin(), held.end(), listener) == held.end()) held.push_back(listener);
        return applyListeners(parsed(texts), set, held, guard);
    }
    static std::string addressOf(const ListenerSet& listeners, std::size_t at)
    {
        return os::boundAddress(listeners.all().at(at)->socket.get());
    }
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

TEST_F(ReloadTest, GivesAnotherNameToTheSocketThatIsOpen)
{
    open({"web=127.0.0.1:0"});
    const auto web = set.all().front();
    const auto address = addressOf(set, 0);

    const auto report = apply({"www=" + address + ",backlog=9"}, {set});

    EXPECT_THAT(report.refused, IsEmpty());
    EXPECT_THAT(report.changed, ElementsAre(HasSubstr("for the next generation what was web: the same socket")));
    ASSERT_THAT(set.all(), ElementsAre(web));
    EXPECT_EQ(set.names(), "www");
    EXPECT_EQ(print(*web->address), address + ",backlog=9");
    EXPECT_EQ(os::backlogOf(web->socket.get()), 9);
}

TEST_F(ReloadTest, SwapsTheAddressesOfTwo)
{
    open({"web=127.0.0.1:0", "admin=127.0.0.1:0"});
    const auto web = set.all().front();
    const auto admin = set.all().back();

    const auto report = apply({"web=" + addressOf(set, 1), "admin=" + addressOf(set, 0)}, {set});

    EXPECT_THAT(report.refused, IsEmpty());
    EXPECT_THAT(set.all(), ElementsAre(admin, web));
    EXPECT_EQ(set.names(), "web:admin");
}

TEST_F(ReloadTest, TakesBackWhatAGenerationStillHas)
{
    const auto x = unixAt("x");
    open({"web=127.0.0.1:0", x});
    const auto web = "web=" + addressOf(set, 0);
    const auto before = set.all();
    {
        const ListenerSet generation = set;
        apply({}, {generation});
        EXPECT_TRUE(set.empty());

        const auto report = apply({web, x}, {generation});

        EXPECT_THAT(report.refused, IsEmpty());
        EXPECT_THAT(report.changed, ElementsAre(HasSubstr("still open there"), HasSubstr("still open there")));
        EXPECT_EQ(set.all(), before);
    }
    EXPECT_TRUE(fs::exists(directory.path() / "x"));
    EXPECT_FALSE(log.has("is closed"));
}

TEST_F(ReloadTest, MovesAListenerAndBack)
{
    const auto home = unixAt("x");
    const auto there = "x=unix:" + (directory.path() / "y").string();
    open({home});
    const auto before = set.all();
    const ListenerSet generation = set;
    apply({there}, {generation});
    EXPECT_NE(set.all(), before);

    EXPECT_THAT(apply({home}, {generation}).refused, IsEmpty());

    EXPECT_EQ(set.all(), before);
    EXPECT_FALSE(fs::exists(directory.path() / "y")) << "nobody ever listened there";
}

TEST_F(ReloadTest, RemovesNothingForWhatIsRefused)
{
    open({"web=127.0.0.1:0", "old=127.0.0.1:0"});
    const auto address = addressOf(set, 0);
    const auto port = address.substr(address.find(':'));
    const auto before = set.all();

    const auto report = apply({"all=0.0.0.0" + port, "old=127.0.0.1:0"}, {set});

    EXPECT_THAT(report.refused, ElementsAre(HasSubstr("Address already in use"),
                                            HasSubstr("web is not removed, since all was refused")));
    EXPECT_THAT(report.changed, IsEmpty());
    EXPECT_EQ(set.names(), "old:web");
    EXPECT_EQ(set.all().back(), before.front());
}

TEST_F(ReloadTest, GivesNobodyThePlaceOfOneThatCannotLeaveIt)
{
    const auto taken = os::listenOn(os::parseListenAddress("t=127.0.0.1:0"));
    open({"web=127.0.0.1:0"});
    const auto before = set.all();

    const auto report = apply({"admin=" + addressOf(set, 0), "web=" + os::boundAddress(taken.get())}, {set});

    EXPECT_THAT(report.refused,
                ElementsAre(HasSubstr("Address already in use"), HasSubstr("admin is not changed: web stays")));
    EXPECT_EQ(set.all(), before);
    EXPECT_EQ(set.names(), "web");
}

TEST_F(ReloadTest, KeepsAGroupAlsoUnderAnotherName)
{
    open({"web=127.0.0.1:0,reuseport=2"});
    const auto address = addressOf(set, 0);
    const auto before = set.all();

    EXPECT_THAT(apply({"www=" + address + ",reuseport=4"}, {set}).refused,
                ElementsAre(HasSubstr("web keeps its 2 sockets and www does not get 4"), HasSubstr("is not removed")));
    EXPECT_EQ(set.all(), before);

    EXPECT_THAT(apply({"www=" + address + ",reuseport=2"}, {set}).refused, IsEmpty());
    EXPECT_EQ(set.all(), before);
    EXPECT_EQ(set.names(), "www:www");
}

TEST_F(ReloadTest, TellsWhatItCameTo)
{
    const auto taken = os::listenOn(os::parseListenAddress("t=127.0.0.1:0"));
    open({"web=127.0.0.1:0"});
    const auto wanted = parsed({"web=" + os::boundAddress(taken.get()), "ok=127.0.0.1:0"});
    applyListeners(wanted, set, set.all(), guard);

    EXPECT_EQ(acceptedOf(wanted, set), parsed({"web=127.0.0.1:0", "ok=127.0.0.1:0"}));
}

TEST_F(ReloadTest, AnswersInJsonWhateverTheSentenceHolds)
{
    EXPECT_EQ(print(ReloadReport{{}, {"a \"b\""}, {}}),
              "{\"accepted\":true,\"changed\":[\"a \\\"b\\\"\"],\"refused\":[]}\n");
    EXPECT_EQ(print(ReloadReport{"no", {}, {}}), "{\"error\":\"no\"}\n");
}

} // namespace
} // namespace baton::supervise
