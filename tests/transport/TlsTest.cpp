#include "client/transport/PocoTransport.h"
#include "tests/support/TemporaryDirectory.h"
#include "tests/transport/Authority.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <netdb.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::makeCertificates;
using baton::testing::TemporaryDirectory;
using baton::testing::Wish;
using ::testing::HasSubstr;

namespace {

struct Hello : Poco::Net::HTTPRequestHandler {
    void handleRequest(Poco::Net::HTTPServerRequest&, Poco::Net::HTTPServerResponse& response) override
    {
        response.sendBuffer("hello", 5);
    }
};

struct Hellos : Poco::Net::HTTPRequestHandlerFactory {
    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Hello;
    }
};

class TlsServer {
public:
    explicit TlsServer(const Wish& wish)
    {
        makeCertificates(directory_.path(), wish);
        Poco::Net::Context::Params parameters;
        parameters.privateKeyFile = directory_.path() / "server.key";
        parameters.certificateFile = directory_.path() / "server.pem";
        parameters.verificationMode = Poco::Net::Context::VERIFY_NONE;
        const Poco::Net::Context::Ptr context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters);
        const Poco::Net::SecureServerSocket socket(Poco::Net::SocketAddress("127.0.0.1", 0), 16, context);
        port_ = socket.address().port();
        server_ = std::make_unique<Poco::Net::HTTPServer>(new Hellos, socket, new Poco::Net::HTTPServerParams);
        server_->start();
    }
    ~TlsServer() { server_->stopAll(true); }

    Result<HttpReply> ask(const std::string& host, const std::filesystem::path& caFile) const
    {
        TransportSettings settings;
        settings.tls.caFile = caFile;
        return PocoTransport(settings).post({Scheme::Https, host, port_, "/"}, {}, "q");
    }
    Result<HttpReply> ask(const std::string& host) const { return ask(host, directory_.path() / "ca.pem"); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Poco::Net::HTTPServer> server_;
    std::uint16_t port_ = 0;
};

/// A root without /etc/hosts does not know its own name.
bool knowsLocalhost()
{
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

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
