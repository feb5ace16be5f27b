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
        settings.caFile = caFile;
        return PocoTransport(settings).post({Scheme::Https, host, port_, "/"}, {}, "q");
    }
    Result<HttpReply> ask(const std::string& host) const { return ask(host, directory_.path() / "ca.pem"); }

private:
    TemporaryDirectory directory_;
    std::unique_ptr<Poco::Net::HTTPServer> server_;
    std::uint16_t port_ = 0;
};

} // namespace

TEST(Tls, BelievesACertificateOfTheGivenAuthorityForThisHost)
{
    const TlsServer server({"DNS:localhost,IP:127.0.0.1"});

    for (const auto* host : {"localhost", "127.0.0.1"}) {
        const auto reply = server.ask(host);
        ASSERT_TRUE(reply) << reply.error().detail;
        EXPECT_EQ(reply->body, "hello");
    }
}

TEST(Tls, RefusesAnAuthorityThatNobodyNamed)
{
    const TlsServer server({"DNS:localhost"});

    const auto reply = server.ask("localhost", {});

    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().detail, HasSubstr("--ca-file"));
}

TEST(Tls, RefusesTheCertificateOfAnotherHost)
{
    const TlsServer server({"DNS:example.com"});

    EXPECT_THAT(server.ask("localhost").error().detail, HasSubstr("hostname mismatch"));
    EXPECT_THAT(server.ask("127.0.0.1").error().detail, HasSubstr("IP address mismatch"));
}

TEST(Tls, RefusesACertificateWithOnlyACommonName)
{
    const TlsServer server({""});

    EXPECT_THAT(server.ask("localhost").error().detail, HasSubstr("hostname mismatch"));
}

TEST(Tls, SaysThatACertificateHasExpiredOrIsNotYetValid)
{
    EXPECT_THAT(TlsServer({"DNS:localhost", -7000, -60}).ask("localhost").error().detail, HasSubstr("expired"));
    EXPECT_THAT(TlsServer({"DNS:localhost", 60, 7000}).ask("localhost").error().detail, HasSubstr("clock right?"));
}

TEST(Tls, SaysThatTheFileOfAuthoritiesCannotBeRead)
{
    const TlsServer server({"DNS:localhost"});

    EXPECT_FALSE(server.ask("localhost", "/nonexistent/ca.pem"));
}
