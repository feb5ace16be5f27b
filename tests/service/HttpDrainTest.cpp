// How a GracefulHttpServer ends, one client at a time.
// SPDX-License-Identifier: Apache-2.0
#include "tests/service/RawClient.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/WebSocket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace baton::service {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr Duration Long(60'000);
constexpr Duration Soon(10'000);
constexpr Duration AtOnce(0);
constexpr std::string_view MaskedHi = "\x81\x82\x01\x02\x03\x04\x49\x6b";

void upgrade(RawClient& client)
{
    client.send(
        "GET /ws HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 101"));
}

struct HttpDrain : testing::TestWithParam<Speech> {
    Gate gate;
    Poco::Net::ServerSocket socket = listenSomewhere();
    std::string address = (GetParam() == Speech::Tls ? "tls:" : "") + addressOf(socket);
    HttpSettings settings;

    HttpDrain()
    {
        settings.lingerTimeout = Duration(100); // Our clients are in no hurry to close.
        if (GetParam() == Speech::Tls) settings.tls = serverContext();
    }
};

TEST_P(HttpDrain, IsOverAtOnceWhenNobodyIsThere)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    EXPECT_FALSE(server.drained());

    server.drain(Long);

    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, TellsEachKeptClientWithItsNextAnswer)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    EXPECT_THAT(client.get("/"), HasSubstr("Connection: Keep-Alive"));

    server.drain(Long);
    EXPECT_FALSE(server.waitUntilDrained(AtOnce));
    const auto last = client.get("/");

    EXPECT_THAT(last, HasSubstr("Connection: Close\r\n"));
    EXPECT_THAT(last, Not(HasSubstr("Keep-Alive")));
    EXPECT_THAT(last, EndsWith("1.0.0\n"));
    EXPECT_TRUE(client.isClosed());
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, TellsEvenAClientWhoseHandlerWasCalledBefore)
{
    GracefulHttpServer server(makeHandlers("1.0.0", &gate), socket, settings);
    server.start();
    RawClient client(address);
    client.send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n");
    gate.awaitEntered(1);

    server.drain(Long);
    gate.open();

    EXPECT_THAT(client.answer(), HasSubstr("Connection: Close\r\n"));
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, AnswersTheFirstRequestOfAFreshConnection)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient fresh(address);
    while (server.connections() == 0) std::this_thread::yield(); // It is accepted, and has sent nothing.

    server.drain(Long);
    EXPECT_FALSE(server.waitUntilDrained(AtOnce));

    EXPECT_THAT(fresh.get("/"), EndsWith("1.0.0\n"));
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, AnswersAllThatWasPipelinedAndSaysCloseWithTheLast)
{
    GracefulHttpServer server(makeHandlers("1.0.0", &gate), socket, settings);
    server.start();
    RawClient client(address);
    client.send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n"
                "POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\n\r\nbody"
                "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
    gate.awaitEntered(1);

    server.drain(Long);
    gate.open();

    EXPECT_THAT(client.answer(), HasSubstr("Connection: Keep-Alive\r\n"));
    EXPECT_THAT(client.answer(), EndsWith("body"));
    const auto last = client.answer();
    EXPECT_THAT(last, HasSubstr("Connection: Close\r\n"));
    EXPECT_THAT(last, EndsWith("1.0.0\n"));
    EXPECT_TRUE(client.isClosed());
}

TEST_P(HttpDrain, LeavesNewConnectionsToWhoeverElseAccepts)
{
    GracefulHttpServer old(makeHandlers("1.0.0"), socket, settings);
    old.start();
    old.drain(Long);
    ASSERT_TRUE(old.waitUntilDrained(Soon));
    RawClient queued(address);
    std::thread asking([&] { queued.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n"); }); // By TLS it waits to be accepted.

    GracefulHttpServer next(makeHandlers("1.1.0"), socket, settings);
    next.start();
    asking.join();

    EXPECT_THAT(queued.answer(), EndsWith("1.1.0\n"));
    EXPECT_TRUE(old.drained());
}

TEST_P(HttpDrain, EndsWithTheKeepAliveTimeOutOfASilentClient)
{
    settings.keepAlive = Duration(1000);
    settings.keepAliveGrace = Duration(0);
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    EXPECT_THAT(client.get("/"), HasSubstr("Keep-Alive: timeout=1\r\n"));
    const auto from = std::chrono::steady_clock::now();

    server.drain(Long);

    EXPECT_TRUE(client.isClosed());
    EXPECT_GE(std::chrono::steady_clock::now() - from, std::chrono::milliseconds(900));
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, SpreadsTheClosingOfSilentClientsOverItsLastQuarter)
{
    settings.keepAlive = Duration(300'000);
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(std::make_unique<RawClient>(address));
        ASSERT_THAT(clients.back()->get("/"), EndsWith("1.0.0\n"));
    }
    const auto from = std::chrono::steady_clock::now();

    server.drain(Duration(1600));
    std::vector<std::chrono::steady_clock::duration> closed;
    for (auto& client : clients) {
        EXPECT_TRUE(client->isClosed());
        closed.push_back(std::chrono::steady_clock::now() - from);
        client.reset();
    }

    EXPECT_GE(closed.front(), std::chrono::milliseconds(1150));
    EXPECT_GE(closed.back() - closed.front(), std::chrono::milliseconds(200));
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, CanBeTakenBack)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient before(address);
    EXPECT_THAT(before.get("/"), EndsWith("1.0.0\n"));
    server.drain(Long);
    RawClient queued(address);
    std::thread asking([&] { queued.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n"); }); // By TLS it waits to be accepted.

    server.resume();
    asking.join();

    EXPECT_THAT(queued.answer(), HasSubstr("Connection: Keep-Alive"));
    EXPECT_THAT(before.get("/"), HasSubstr("Connection: Keep-Alive"));
    EXPECT_FALSE(server.drained());
}

TEST_P(HttpDrain, WaitsForAClientToReadItsLastAnswer)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    client.send("GET /big HTTP/1.1\r\nHost: test\r\n\r\n");
    while (server.connections() == 0) std::this_thread::yield();

    server.drain(Long);
    EXPECT_FALSE(server.waitUntilDrained(Duration(50)));

    EXPECT_GT(client.rest().size(), 8U << 20U);
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, TellsAClientOfHttp10WhoseConnectionWasKept)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    const std::string question = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    client.send(question);
    EXPECT_THAT(client.answer(), HasSubstr("Connection: Keep-Alive\r\n"));

    server.drain(Long);
    client.send(question);

    EXPECT_THAT(client.answer(), HasSubstr("Connection: Close\r\n"));
    EXPECT_TRUE(client.isClosed());
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, TakesABodyThatItAskedForBefore)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(client.answer(), StartsWith("HTTP/1.1 100"));

    server.drain(Long);
    EXPECT_FALSE(server.waitUntilDrained(AtOnce));
    client.send("body");
    const auto last = client.answer();

    EXPECT_THAT(last, HasSubstr("Connection: Close\r\n"));
    EXPECT_THAT(last, EndsWith("body"));
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, LeavesAWebSocketItsTime)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    upgrade(client);

    server.drain(Long);
    EXPECT_FALSE(server.waitUntilDrained(Duration(50)));
    client.send(MaskedHi);

    EXPECT_EQ(client.rest(), "\x81\x02Hi");
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

TEST_P(HttpDrain, EndsAWebSocketWhenItsTimeIsOver)
{
    GracefulHttpServer server(makeHandlers("1.0.0"), socket, settings);
    server.start();
    RawClient client(address);
    upgrade(client);

    server.drain(Duration(50));
    EXPECT_FALSE(server.waitUntilDrained(Duration(100)));
    server.stop(); // As a program does that gets SIGTERM.

    client.rest();
    EXPECT_EQ(server.connections(), 0U);
}

// A handler that hands its WebSocket on, to a chat's room perhaps, and returns.
class Keeper : public Poco::Net::HTTPRequestHandlerFactory {
public:
    using Socket = std::unique_ptr<Poco::Net::WebSocket>;

    explicit Keeper(std::promise<Socket>& kept) : kept_(kept) {}

    Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
    {
        return new Handler(kept_);
    }

private:
    struct Handler : Poco::Net::HTTPRequestHandler {
        explicit Handler(std::promise<Socket>& to) : kept(to) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
        {
            kept.set_value(std::make_unique<Poco::Net::WebSocket>(request, response));
        }
        std::promise<Socket>& kept;
    };

    std::promise<Socket>& kept_;
};

// Another release may have it by now, and a shutdown here would end it there, too.
TEST_P(HttpDrain, LeavesAWebSocketToWhomItsHandlerHandedItOn)
{
    std::promise<Keeper::Socket> promised;
    GracefulHttpServer server(new Keeper(promised), socket, settings);
    server.start();
    RawClient client(address);
    upgrade(client);
    auto kept = promised.get_future().get();

    server.drain(Duration(50));
    EXPECT_FALSE(server.waitUntilDrained(Duration(100)));
    const auto hears = [&] {
        std::array<char, 16> frame{};
        int flags = 0;
        client.send(MaskedHi);
        return kept->receiveFrame(frame.data(), frame.size(), flags);
    };
    EXPECT_EQ(hears(), 2);
    EXPECT_EQ(server.connections(), 1U);
    server.stop();

    EXPECT_EQ(hears(), 2);
    kept.reset();
    EXPECT_EQ(server.connections(), 0U);
}

TEST_P(HttpDrain, LeavesALongPollItsTime)
{
    GracefulHttpServer server(makeHandlers("1.0.0", &gate), socket, settings);
    server.start();
    RawClient poll(address);
    RawClient old(address);
    poll.send("GET /wait HTTP/1.1\r\nHost: test\r\n\r\n");
    old.send("GET /wait HTTP/1.0\r\n\r\n");
    gate.awaitEntered(2);

    server.drain(Duration(50));
    EXPECT_FALSE(server.waitUntilDrained(Duration(100))); // Until stop(), which is the program's to call.
    EXPECT_EQ(server.connections(), 2U);
    gate.open();

    for (auto* client : {&poll, &old}) {
        const auto answer = client->answer();
        EXPECT_THAT(answer, HasSubstr("Connection: Close\r\n"));
        EXPECT_THAT(answer, EndsWith("waited"));
        EXPECT_TRUE(client->isClosed());
    }
    EXPECT_TRUE(server.waitUntilDrained(Soon));
}

INSTANTIATE_TEST_SUITE_P(speaking, HttpDrain, testing::Values(Speech::Clear, Speech::Tls), nameOf);

} // namespace
} // namespace baton::service
