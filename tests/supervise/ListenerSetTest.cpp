#include "client/supervise/ListenerSet.h"

#include "client/os/Listening.h"
#include "tests/support/TemporaryDirectory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>

#include <algorithm>
#include <system_error>
#include <vector>

namespace baton::supervise {
namespace {

using ::testing::MatchesRegex;

std::vector<os::ListenAddress> parsed(const std::vector<std::string>& texts)
{
    std::vector<os::ListenAddress> addresses;
    std::transform(texts.begin(), texts.end(), std::back_inserter(addresses),
                   [](const auto& text) { return os::parseListenAddress(text); });
    return addresses;
}

TEST(ListenerSet, KeepsOrderAndNamesAndOpensAGroupOnce)
{
    ListenerSet set;
    const auto addresses = parsed({"web=127.0.0.1:0,reuseport=3", "admin=127.0.0.1:0"});

    set.openMissing(addresses);
    const auto before = set.descriptors();
    set.openMissing(addresses);

    EXPECT_EQ(set.names(), "web:web:web:admin");
    EXPECT_EQ(set.descriptors(), before) << "what is open stays open";
    EXPECT_THAT(set.describe(),
                MatchesRegex("web=127\\.0\\.0\\.1:[0-9]+ \\(3 sockets\\), admin=127\\.0\\.0\\.1:[0-9]+"));
}

TEST(ListenerSet, PutsWhatWasBorrowedIntoItsPlace)
{
    ListenerSet set;
    const auto addresses = parsed({"web=127.0.0.1:0", "admin=127.0.0.1:0"});
    set.addBorrowed(addresses[1], os::listenOn(addresses[1]));

    set.openMissing(addresses);

    EXPECT_EQ(set.names(), "web:admin");
}

TEST(ListenerSet, ClosesASocketOnlyOnceNobodyHasIt)
{
    ListenerSet set;
    set.openMissing(parsed({"web=127.0.0.1:0", "admin=127.0.0.1:0"}));
    const int descriptor = set.all().front()->socket.get();
    {
        const ListenerSet generation = set;
        set.remove("web");
        EXPECT_EQ(set.names(), "admin");
        EXPECT_EQ(generation.names(), "web:admin");
        EXPECT_GE(::fcntl(descriptor, F_GETFD), 0);
    }
    EXPECT_LT(::fcntl(descriptor, F_GETFD), 0);
}

TEST(ListenerSet, BindsForTheNextAndDoesNotListenYet)
{
    ListenerSet set;
    set.become(ListenerSet::bound(os::parseListenAddress("web=127.0.0.1:0")));

    EXPECT_FALSE(set.all().front()->listens);
    EXPECT_EQ(os::backlogOf(set.all().front()->socket.get()), std::nullopt);
}

TEST(ListenerSet, OpensAllOfAnAddressOrNothing)
{
    const auto taken = os::listenOn(os::parseListenAddress("web=127.0.0.1:0"));
    ListenerSet set;

    EXPECT_THROW(set.openMissing(parsed({"web=" + os::boundAddress(taken.get()) + ",reuseport=2"})), std::system_error);
    EXPECT_TRUE(set.empty());
}

} // namespace
} // namespace baton::supervise
