#include "client/os/Connections.h"

#include "client/os/Listening.h"
#include "client/os/SocketAddress.h"
#include "tests/support/TemporaryDirectory.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace baton::os {
namespace {

struct ClientsWaiting : ::testing::Test {
    static UniqueFd cameTo(int listener)
    {
        const auto address = nameOf(listener);
        UniqueFd client(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(client.get(), address.get(), address.length), 0);
        return client;
    }
    // The kernel puts it into the queue a moment after it told the client.
    static bool comesToWait(int listener, std::size_t count)
    {
        for (int i = 0; i < 2000; ++i) {
            if (const auto found = clientsWaiting(listener); found && found->size() == count) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    }
};

TEST_F(ClientsWaiting, AreThoseWhomNobodyHasAccepted)
{
    const auto listener = listenOn(parseListenAddress("web=127.0.0.1:0"));
    const auto other = listenOn(parseListenAddress("web=127.0.0.1:0"));
    const auto elsewhere = cameTo(other.get());
    ASSERT_EQ(clientsWaiting(listener.get()), std::set<std::string>());

    const auto first = cameTo(listener.get());
    auto second = cameTo(listener.get());
    ASSERT_TRUE(comesToWait(listener.get(), 2));
    second = UniqueFd(); // One that has left waits all the same.
    EXPECT_TRUE(comesToWait(listener.get(), 2));

    const UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    ASSERT_TRUE(accepted);
    EXPECT_TRUE(comesToWait(listener.get(), 1));
    EXPECT_TRUE(comesToWait(other.get(), 1));
}

TEST_F(ClientsWaiting, AtAnyAddressAreFoundToo)
{
    const auto listener = listenOn(parseListenAddress("web=0.0.0.0:0"));
    const auto client = cameTo(listener.get());
    EXPECT_TRUE(comesToWait(listener.get(), 1));
}

TEST_F(ClientsWaiting, CannotBeToldOfWhatIsNoTcpListener)
{
    const testing::TemporaryDirectory directory;
    const auto path = (directory.path() / "x").string();
    EXPECT_EQ(clientsWaiting(listenOn(parseListenAddress("x=unix:" + path)).get()), std::nullopt);
    EXPECT_EQ(clientsWaiting(-1), std::nullopt);
}

} // namespace
} // namespace baton::os
