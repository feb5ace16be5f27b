#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/un.h>

#include <netdb.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::answer;
using baton::testing::at;
using baton::testing::Collector;
using baton::testing::quick;
using baton::testing::saying;
using baton::testing::ScriptedServer;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

namespace {

os::UniqueFd listenOnUnix(const std::string& path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    return ScriptedServer::listenOn(address);
}

os::UniqueFd listenOnSix()
{
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    return ScriptedServer::listenOn(address);
}

/// Of which families localhost is here.
bool isLocalhost(int family)
{
    addrinfo hints{};
    hints.ai_family = family;
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", nullptr, &hints, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

} // namespace

TEST(Address, MayBeAUnixSocketOfThisMachine)
{
    const baton::testing::TemporaryDirectory directory;
    const auto path = (directory.path() / "updates.sock").string();
    const ScriptedServer server(saying(answer("here")), listenOnUnix(path));
    const auto url = parseUrl("unix:" + path + ":/v1/update/?x").value();
    auto settings = quick();
    settings.server = url;
    PocoTransport transport(settings);

    const auto reply = transport.post(url, {}, "q");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "here");
    EXPECT_THAT(server.requests().at(0), HasSubstr("POST /v1/update/?x HTTP/1.1\r\nHost: localhost\r\n"));
    Collector collector;
    EXPECT_TRUE(transport.get(parseUrl("unix:" + path + ":/packages/p").value(), {}, collector));
}

TEST(Address, SaysWhichSocketIsNotThere)
{
    auto settings = quick();
    settings.server = parseUrl("unix:/nonexistent/nothing/updates.sock").value();

    EXPECT_THAT(PocoTransport(settings).post(*settings.server, {}, "q").error().detail,
                AllOf(HasSubstr("unix:/nonexistent/nothing/updates.sock:/"),
                      EndsWith("no connection (/nonexistent/nothing/updates.sock: No such file or directory)")));
}

TEST(Address, MayBeOfIpv6)
{
    auto listener = listenOnSix();
    if (listener.get() < 0) GTEST_SKIP() << "NOT RUN: there is no ::1 here";
    const ScriptedServer server(saying(answer("here")), std::move(listener));
    const auto url = parseUrl("http://[::1]:" + std::to_string(server.port()) + "/").value();

    const auto reply = PocoTransport(quick()).post(url, {}, "q");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_THAT(server.requests().at(0), HasSubstr("Host: [::1]:"));
}

TEST(Address, OfANameIsEachOneOfItsAddressesInTurn)
{
    if (!isLocalhost(AF_INET) && !isLocalhost(AF_INET6)) GTEST_SKIP() << "NOT RUN: localhost has no address here";
    const ScriptedServer four(saying(answer("four")));
    auto url = at(four);
    url.host = "localhost";
    if (isLocalhost(AF_INET)) {
        EXPECT_EQ(PocoTransport(quick()).post(url, {}, "q").value().body, "four");
    }
    auto listener = listenOnSix();
    if (!isLocalhost(AF_INET6) || listener.get() < 0) return;
    const ScriptedServer six(saying(answer("six")), std::move(listener));
    url.port = six.port();
    EXPECT_EQ(PocoTransport(quick()).post(url, {}, "q").value().body, "six");
}
