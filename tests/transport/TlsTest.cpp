#include "tests/support/Localhost.h"
#include "tests/transport/TlsServer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

using namespace baton;
using namespace baton::transport;
using baton::testing::knowsLocalhost;
using baton::testing::TlsServer;
using ::testing::HasSubstr;

namespace {

/// A root without /etc/hosts does not know its own name.
struct TlsByName : ::testing::Test {
    void SetUp() override
    {
        if (!knowsLocalhost()) GTEST_SKIP() << "NOT RUN: localhost has no address here; is there an /etc/hosts?";
    }
};

} // namespace

TEST(Tls, BelievesACertificateOfTheGivenAuthorityForThisAddress)
{
    const TlsServer server({"DNS:localhost,IP:127.0.0.1"});

    const auto reply = server.ask("127.0.0.1");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "hello");
}

TEST_F(TlsByName, BelievesACertificateOfTheGivenAuthority)
{
    const TlsServer server({"DNS:localhost"});

    const auto reply = server.ask("localhost");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->body, "hello");
}

TEST(Tls, RefusesAnAuthorityThatNobodyNamed)
{
    const TlsServer server({"IP:127.0.0.1"});

    const auto reply = server.ask("127.0.0.1", {});

    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().detail, HasSubstr("--ca-file"));
}

TEST(Tls, RefusesTheCertificateOfAnotherHost)
{
    const TlsServer server({"DNS:example.com,IP:127.0.0.2"});

    EXPECT_THAT(server.ask("127.0.0.1").error().detail, HasSubstr("IP address mismatch"));
}

TEST_F(TlsByName, RefusesTheCertificateOfAnotherHost)
{
    const TlsServer server({"DNS:example.com"});

    EXPECT_THAT(server.ask("localhost").error().detail, HasSubstr("hostname mismatch"));
}

TEST_F(TlsByName, RefusesACertificateWithOnlyACommonName)
{
    const TlsServer server({""});

    EXPECT_THAT(server.ask("localhost").error().detail, HasSubstr("hostname mismatch"));
}

TEST(Tls, SaysThatACertificateHasExpiredOrIsNotYetValid)
{
    EXPECT_THAT(TlsServer({"IP:127.0.0.1", -7000, -60}).ask("127.0.0.1").error().detail, HasSubstr("expired"));
    EXPECT_THAT(TlsServer({"IP:127.0.0.1", 60, 7000}).ask("127.0.0.1").error().detail, HasSubstr("clock right?"));
}

TEST(Tls, SaysThatTheFileOfAuthoritiesCannotBeRead)
{
    const TlsServer server({"IP:127.0.0.1"});

    EXPECT_FALSE(server.ask("127.0.0.1", "/nonexistent/ca.pem"));
}

TEST(Tls, RefusesACertificateThatSignsItself)
{
    const TlsServer server({"IP:127.0.0.1"});

    // To believe the leaf itself is not to believe an authority that signed it.
    EXPECT_THAT(server.ask("127.0.0.1", server.file("client.pem")).error().detail, HasSubstr("is refused"));
}

TEST(Tls, RefusesAServerThatSpeaksNothingAboveTls11)
{
    const TlsServer server({"IP:127.0.0.1"}, {}, TlsServer::Clients::AnyOne, TlsServer::Speaks::NothingAboveTls11);

    const auto reply = server.ask("127.0.0.1");

    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().detail, HasSubstr("version"));
}

TEST(Tls, MayBeUsedByManyThreadsAtOnce)
{
    const TlsServer server({"IP:127.0.0.1"});
    PocoTransport transport(server.settings());
    std::atomic<int> fine{0};

    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 5; ++j)
                if (transport.post(server.url(), {}, "q")) ++fine;
        });
    for (auto& thread : threads) thread.join();

    EXPECT_EQ(fine, 20);
}

TEST(Tls, SendsNothingToAServerThatIsRefused)
{
    int asked = 0;
    const TlsServer server({"IP:127.0.0.2"}, [&](auto&, auto& response) {
        ++asked;
        response.sendBuffer("hello", 5);
    });

    EXPECT_FALSE(server.ask("127.0.0.1"));
    EXPECT_EQ(asked, 0);
}
