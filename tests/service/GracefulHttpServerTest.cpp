#include "client/os/Sockets.h"
#include "client/service/AdoptedSocket.h"
#include "tests/service/RawClient.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace baton::service {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpSettings spoken(Speech speech)
{
    HttpSettings settings;
    if (speech == Speech::Tls) settings.tls = serverContext();
    return settings;
}

struct GracefulHttp : testing::TestWithParam<Speech> {
    Gate gate;
    Poco::Net::ServerSocket socket = listenSomewhere();
    std::string address = (GetParam() == Speech::Tls ? "tls:" : "") + addressOf(socket);
    GracefulHttpServer server{makeHandlers("1.0.0", &gate), socket, spoken(GetParam())};

    void SetUp() override { server.start(); }
};

std::string post(const std::string& path, const std::string& body, const std::string& fields = "")
{
    return "POST " + path + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           fields + "\r\n" + body;
}

TEST_P(GracefulHttp, AnswersManyRequestsOnOneConnection)
{
    RawClient client(address);
    for (int i = 0; i < 20; ++i) {
        const auto answer = client.get("/");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
        EXPECT_THAT(answer, HasSubstr("Connection: Keep-Alive\r\n"));
        EXPECT_THAT(answer, HasSubstr("Keep-Alive: timeout=15\r\n"));
        EXPECT_THAT(answer, EndsWith("\r\n\r\n1.0.0\n"));
    }
    EXPECT_EQ(server.connections(), 1U);
}

TEST_P(GracefulHttp, ClosesWhenTheClientWantsThat)
{
    RawClient client(address);
    EXPECT_THAT(client.get("/", "Connection: close\r\n"), HasSubstr("Connection: Close\r\n"));
    EXPECT_TRUE(client.isClosed());

    RawClient old(address);
    old.send("GET / HTTP/1.0\r\n\r\n");
    EXPECT_THAT(old.rest(), EndsWith("1.0.0\n"));

    RawClient kept(address);
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(kept.answer(), HasSubstr("Connection: Keep-Alive\r\n"));
    EXPECT_THAT(kept.get("/"), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, AnswersPipelinedRequestsInTheirOrder)
{
    RawClient client(address);
    std::string requests;
    for (int i = 0; i < 50; ++i) requests += post("/echo", "body " + std::to_string(i));
    requests += "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n";

    client.send(requests);

    for (int i = 0; i < 50; ++i) EXPECT_THAT(client.answer(), EndsWith("\r\n\r\nbody " + std::to_string(i)));
    EXPECT_THAT(client.answer(), EndsWith("1.0.0\n"));
    EXPECT_TRUE(client.isClosed());
}

TEST_P(GracefulHttp, TakesARequestThatComesByteByByte)
{
    RawClient client(address);
    for (const char byte : post("/echo", "slow")) client.send({&byte, 1});

    EXPECT_THAT(client.answer(), EndsWith("slow"));
}

TEST_P(GracefulHttp, TakesABodyThatComesWhenItIsAskedFor)
{
    RawClient client(address);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 100 Continue\r\n"));

    client.send("body");

    EXPECT_THAT(client.answer(), EndsWith("body"));
    EXPECT_THAT(client.get("/"), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, TakesChunksAndThenTheNextRequest)
{
    RawClient client(address);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                "5\r\nhello\r\n6;x\r\n world\r\n0\r\nTrailer: x\r\n\r\n"
                "GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    EXPECT_THAT(client.answer(), EndsWith("\r\n\r\nhello world"));
    EXPECT_THAT(client.answer(), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, TakesALargeBodyAndGivesALargeAnswer)
{
    const std::string body(3'000'000, 'b');
    RawClient client(address);

    client.send(post("/echo", body));
    EXPECT_THAT(client.answer(), EndsWith("\r\n\r\n" + body));

    EXPECT_GT(client.get("/big").size(), 8U << 20U);
    EXPECT_THAT(client.get("/"), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, NeverTakesAnUnreadBodyForARequest)
{
    const std::string smuggled = "GET /echo HTTP/1.1\r\nHost: test\r\n\r\n";
    RawClient client(address);

    client.send(post("/ignore", smuggled));

    EXPECT_THAT(client.answer(), EndsWith("ignored"));
    EXPECT_TRUE(client.isClosed());

    RawClient chunked(address);
    chunked.send("POST /ignore HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
                 smuggled);
    EXPECT_THAT(chunked.answer(), EndsWith("ignored"));
    EXPECT_TRUE(chunked.isClosed());
}

TEST_P(GracefulHttp, DeliversTheAnswerBeforeItClosesOnABodyThatIsStillComing)
{
    const std::string body(1'000'000, 'b'); // More than the socket's buffers: closed rashly, this would be a reset.
    RawClient client(address);

    client.send(post("/ignore", body));

    EXPECT_THAT(client.rest(), EndsWith("ignored"));
}

TEST_P(GracefulHttp, StreamsAnAnswerWithoutALength)
{
    RawClient client(address);
    client.send("GET /stream HTTP/1.1\r\nHost: test\r\n\r\n");
    const auto streamed = client.rest();
    EXPECT_THAT(streamed, HasSubstr("Connection: Close\r\n"));
    EXPECT_THAT(streamed, EndsWith("streamed"));

    RawClient chunked(address);
    chunked.send(
        "GET /chunked HTTP/1.1\r\nHost: test\r\n\r\nGET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(chunked.rest(), HasSubstr("9\r\nin chunks\r\n0\r\n\r\nHTTP/1.1 200 OK"));
}

TEST_P(GracefulHttp, SendsNoChunksToAClientOfHttp10)
{
    RawClient client(address);
    client.send("GET /chunked HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    const auto answer = client.rest();

    EXPECT_THAT(answer, Not(HasSubstr("Transfer-Encoding")));
    EXPECT_THAT(answer, HasSubstr("Connection: Close\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nin chunks"));
}

TEST_P(GracefulHttp, AnswersForAHandlerThatFails)
{
    for (const auto& [path, status] : std::vector<std::pair<std::string, std::string>>{
             {"/throw", "HTTP/1.1 500"}, {"/silent", "HTTP/1.1 500"}, {"/none", "HTTP/1.1 501"}}) {
        RawClient client(address);
        EXPECT_THAT(client.get(path), StartsWith(status)) << path;
        EXPECT_TRUE(client.isClosed());
    }

    RawClient half(address);
    const auto answer = half.get("/half");
    EXPECT_THAT(answer, HasSubstr("Content-Length: 1000\r\n"));
    EXPECT_LT(answer.size(), 1000U) << "half an answer was made to look whole";
    EXPECT_THAT(RawClient(address).get("/"), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, LetsAHandlerSpeakAnotherProtocol)
{
    RawClient client(address);
    client.send(
        "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        "\x81\x82\x01\x02\x03\x04\x49\x6b"); // "Hi", masked: it may come with the request.

    const auto answer = client.answer();

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 101"));
    EXPECT_THAT(answer, HasSubstr("Connection: Upgrade\r\n"));
    EXPECT_EQ(client.rest(), "\x81\x02Hi");
}

TEST_P(GracefulHttp, StaysWithHttpWhenAnUpgradeIsNotTaken)
{
    RawClient client(address);
    EXPECT_THAT(client.get("/", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"), EndsWith("1.0.0\n"));
    EXPECT_THAT(client.get("/"), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, AnswersAClientThatHasClosedItsWritingSide)
{
    RawClient client(address);
    client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    client.sayThatNothingFollows();

    EXPECT_THAT(client.rest(), EndsWith("1.0.0\n"));
}

TEST_P(GracefulHttp, GivesNoBodyToHead)
{
    RawClient client(address);
    client.send("HEAD / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");

    EXPECT_THAT(client.rest(), EndsWith("\r\n\r\n"));
}

TEST_P(GracefulHttp, StopsWhileAHandlerWaitsForItsClient)
{
    RawClient client(address);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 10\r\n\r\nhalf");
    RawClient busy(address);
    EXPECT_THAT(busy.get("/"), EndsWith("1.0.0\n"));

    server.stop(); // Its limit for silence is ten seconds.

    EXPECT_THAT(client.rest(), Not(HasSubstr("200 OK")));
    EXPECT_EQ(server.connections(), 0U);
}

INSTANTIATE_TEST_SUITE_P(speaking, GracefulHttp, testing::Values(Speech::Clear, Speech::Tls), nameOf);

TEST(GracefulHttpServer, ByTlsAnswersNobodyWhoSpeaksInTheClear)
{
    const auto socket = listenSomewhere();
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, spoken(Speech::Tls));
    server.start();

    RawClient stranger(addressOf(socket));
    stranger.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n");

    EXPECT_THAT(stranger.rest(), Not(HasSubstr("1.0.0")));
    EXPECT_THAT(RawClient("tls:" + addressOf(socket)).get("/"), EndsWith("1.0.0\n"));
}

TEST(GracefulHttpServer, RefusesAContextOfAClients)
{
    HttpSettings settings;
    settings.tls = new Poco::Net::Context(Poco::Net::Context::CLIENT_USE, "");
    EXPECT_THROW(GracefulHttpServer(makeHandlers("1.0.0"), listenSomewhere(), settings), Poco::Exception);
}

TEST(GracefulHttpServer, ServesAUnixSocket)
{
    const auto path = std::filesystem::path(testing::TempDir()) / ("http-" + std::to_string(::getpid()));
    const auto socket = adoptServerSocket(os::listenOn(os::parseListenAddress("web=unix:" + path.string())));
    GracefulHttpServer server(makeHandlers("1.0.0"), socket);
    server.start();

    RawClient client("unix:" + path.string());

    EXPECT_THAT(client.get("/"), EndsWith("1.0.0\n"));
    EXPECT_THAT(client.get("/client"), StartsWith("HTTP/1.1 200 OK"));
    std::filesystem::remove(path);
}

TEST(GracefulHttpServer, ServesSeveralSockets)
{
    const std::vector sockets{listenSomewhere(), listenSomewhere()};
    GracefulHttpServer server(makeHandlers("1.0.0"), sockets);
    server.start();

    for (const auto& socket : sockets) EXPECT_THAT(RawClient(addressOf(socket)).get("/"), EndsWith("1.0.0\n"));
}

} // namespace
} // namespace baton::service
