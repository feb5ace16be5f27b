#include "client/supervise/DescriptorStore.h"

#include "client/os/Sockets.h"
#include "tests/support/FakeClock.h"
#include "tests/support/KeptLog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <unistd.h>

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace baton::supervise {
namespace {

using ::testing::ElementsAre;

struct DescriptorStoreTest : ::testing::Test {
    FakeClock clock;
    loop::EventLoop loop{clock};
    KeptLog log;
    int changes = 0;
    DescriptorStore store{loop, log, [this] { ++changes; }};

    static os::UniqueFd file() { return os::UniqueFd(::memfd_create("state", MFD_CLOEXEC)); }

    void put(const std::string& name, os::UniqueFd descriptor, int generation)
    {
        std::vector<os::UniqueFd> one;
        one.push_back(std::move(descriptor));
        store.put(name, std::move(one), generation, true);
    }
    bool give(int generation, const std::set<int>& living)
    {
        return store.giveNew(generation, living, [](const auto&, auto) { return true; });
    }
    std::vector<std::string> freeFor(int generation, const std::set<int>& living = {})
    {
        std::vector<std::string> names;
        for (const auto* stored : store.freeFor(generation, living)) names.push_back(stored->name);
        return names;
    }
};

TEST_F(DescriptorStoreTest, KeepsWhatItIsGivenUntilThatIsRemoved)
{
    put("state", file(), 1);
    put("guest", file(), 1);
    put("guest", file(), 1);
    EXPECT_EQ(changes, 3);
    EXPECT_THAT(freeFor(2), ElementsAre("state", "guest", "guest"));
    EXPECT_THAT(freeFor(1), ElementsAre());

    store.remove("guest");

    EXPECT_THAT(freeFor(2), ElementsAre("state"));
}

TEST_F(DescriptorStoreTest, KeepsTheSameFileOnce)
{
    const auto one = file();
    put("state", os::UniqueFd(::dup(one.get())), 1);
    put("again", os::UniqueFd(::dup(one.get())), 2);
    EXPECT_EQ(store.size(), 1U);
    EXPECT_THAT(freeFor(2), ElementsAre()) << "who stores it holds it";
}

TEST_F(DescriptorStoreTest, HoldsSixtyFourAndSaysWhatItClosed)
{
    std::vector<os::UniqueFd> many;
    for (std::size_t i = 0; i < DescriptorStore::Most + 3; ++i) many.push_back(file());
    store.put("state", std::move(many), 1, true);
    EXPECT_EQ(store.size(), DescriptorStore::Most);
    EXPECT_EQ(log.lines.size(), 1U);
}

TEST_F(DescriptorStoreTest, LetsGoWhatIsHungUpUnlessItIsNotToLook)
{
    auto [ours, theirs] = os::packetPair();
    std::vector<os::UniqueFd> polled;
    polled.emplace_back(::dup(ours.get()));
    store.put("polled", std::move(polled), 1, true);
    loop.turn(Duration(0));
    EXPECT_EQ(store.size(), 1U);

    theirs.reset();
    loop.turn(Duration(0));
    EXPECT_EQ(store.size(), 0U);

    std::vector<os::UniqueFd> unpolled;
    unpolled.push_back(std::move(ours));
    store.put("unpolled", std::move(unpolled), 1, false);
    loop.turn(Duration(0));
    EXPECT_EQ(store.size(), 1U);
}

TEST_F(DescriptorStoreTest, GivesNobodyWhatAnotherOneStillUses)
{
    const auto guest = file();
    put("guest", os::UniqueFd(::dup(guest.get())), 1);
    ASSERT_TRUE(give(2, {2}));

    EXPECT_THAT(freeFor(3, {2, 3}), ElementsAre()) << "2 was given it, and reads from it";
    EXPECT_THAT(freeFor(3, {3}), ElementsAre("guest")) << "2 is gone";
    put("guest", os::UniqueFd(::dup(guest.get())), 2);
    EXPECT_THAT(freeFor(3, {2, 3}), ElementsAre("guest")) << "2 has given it away";
}

// A memfd that two releases share: the one that ran first has given it away, and goes on writing into it.
TEST_F(DescriptorStoreTest, GivesOnWhatIsInNobodysUseThoughAnotherOneHasStoredItLast)
{
    const auto sessions = file();
    put("sessions", os::UniqueFd(::dup(sessions.get())), 1);
    ASSERT_TRUE(give(2, {1, 2}));
    EXPECT_THAT(freeFor(3, {1, 2, 3}), ElementsAre()) << "2 was given it";
    put("sessions", os::UniqueFd(::dup(sessions.get())), 2);

    EXPECT_THAT(freeFor(3, {1, 2, 3}), ElementsAre("sessions")) << "both have given it away";
    EXPECT_THAT(freeFor(3, {1, 3}), ElementsAre("sessions")) << "2 has failed";
    EXPECT_THAT(freeFor(1, {1, 2}), ElementsAre()) << "1 stored it itself";
}

TEST_F(DescriptorStoreTest, GivesBackToOneThatTakesUpItsWorkAgainWhatNoOtherUses)
{
    const auto guest = file();
    put("guest", os::UniqueFd(::dup(guest.get())), 1);
    put("state", file(), 1);
    ASSERT_TRUE(give(2, {1, 2}));
    put("guest", os::UniqueFd(::dup(guest.get())), 2);

    store.giveBack(1);

    EXPECT_THAT(freeFor(1, {1, 2}), ElementsAre("guest")) << "2 uses the state still";
    EXPECT_THAT(freeFor(1, {1}), ElementsAre("guest", "state"));
    store.remove("state");
    EXPECT_THAT(freeFor(1, {1}), ElementsAre("guest")) << "1 has said that it needs it no more";
}

TEST_F(DescriptorStoreTest, GoesOnInTheNextBatonAsItWas)
{
    const auto guest = file();
    put("guest", os::UniqueFd(::dup(guest.get())), 1);
    ASSERT_TRUE(give(2, {1, 2}));

    const auto nextFrom = [&](bool older) {
        auto states = store.save();
        for (auto& state : states) {
            state.descriptor = ::dup(state.descriptor);
            if (older) state.users.reset();
        }
        DescriptorStore next{loop, log, [] {}};
        next.restore(states);
        return std::pair(next.freeFor(3, {1, 2, 3}).size(), next.freeFor(3, {1, 3}).size());
    };

    EXPECT_EQ(nextFrom(false), std::pair(std::size_t{0}, std::size_t{1}));
    EXPECT_EQ(nextFrom(true), std::pair(std::size_t{0}, std::size_t{1})) << "one that did not write down who uses what";
}

TEST_F(DescriptorStoreTest, GivesAllOfANameAtOnceAndWhatDidNotGoAgain)
{
    put("guest", file(), 1);
    put("state", file(), 1);
    put("guest", file(), 1);
    std::vector<std::string> given;
    bool goes = true;
    const auto give = [&](const std::string& name, std::span<const int> descriptors) {
        if (goes) given.push_back(name + ' ' + std::to_string(descriptors.size()));
        return std::exchange(goes, false);
    };

    EXPECT_FALSE(store.giveNew(2, {1, 2}, give));
    EXPECT_THAT(given, ElementsAre("guest 2"));
    goes = true;
    EXPECT_TRUE(store.giveNew(2, {1, 2}, give));
    EXPECT_THAT(given, ElementsAre("guest 2", "state 1"));
}

} // namespace
} // namespace baton::supervise
