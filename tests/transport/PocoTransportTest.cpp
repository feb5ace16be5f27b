#include "client/core/ProductVersion.h"
#include "tests/transport/Collector.h"

#include <Poco/Net/ServerSocket.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <condition_variable>
#include <string_view>
#include <thread>

using namespace baton;
using namespace baton::transport;
using baton::testing::at;
using baton::testing::Collector;
using baton::testing::quick;
using baton::testing::saying;
using baton::testing::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// Says one piece again and again, slowly, until the client has had enough.
ScriptedServer::Answer dripping(std::string begin, std::string piece)
{
    return [=](const std::string&, const auto& say) {
        if (!say(begin)) return;
        std::mutex mutex;
        std::condition_variable never;
        std::unique_lock lock(mutex);
        do never.wait_for(lock, std::chrono::milliseconds(20));
        while (say(piece));
    };
}

} // namespace

TEST(PocoTransport, PostsAndKeepsStatusHeadersAndBody)
{
    ScriptedServer server(saying("HTTP/1.1 503 Busy\r\nX-Retry-After: 90\r\nContent-Length: 3\r\n\r\nno!"));

    const auto reply = PocoTransport(quick()).post(at(server, "/v1/update/?a=%2F"), {{"X-Test", "1"}}, "<request/>");

    ASSERT_TRUE(reply) << reply.error().detail;
    EXPECT_EQ(reply->status, 503);
    EXPECT_EQ(reply->body, "no!");
    EXPECT_EQ(reply->header("x-retry-after"), "90");
    const auto asked = server.requests().at(0);
    EXPECT_THAT(asked, HasSubstr("POST /v1/update/?a=%2F HTTP/1.1\r\n"));
    EXPECT_THAT(asked, HasSubstr("Host: 127.0.0.1:"));
    EXPECT_THAT(asked, HasSubstr("User-Agent: baton/" + std::string(productVersion()) + "\r\n"));
    EXPECT_THAT(asked, HasSubstr("X-Test: 1\r\n"));
    EXPECT_THAT(asked, HasSubstr("Connection: close\r\n"));
    EXPECT_TRUE(asked.ends_with("\r\n\r\n<request/>"));
}

TEST(PocoTransport, SaysWhenWhatAnswersSpeaksNoTls)
{
    const Poco::Net::ServerSocket listener(Poco::Net::SocketAddress("127.0.0.1", 0));
    std::thread server([&] {
        auto client = Poco::Net::ServerSocket(listener).acceptConnection();
        std::array<char, 4096> hello{}; // Read before it is answered: what is left unread would reset the connection.
        client.receiveBytes(hello.data(), hello.size());
        constexpr std::string_view Answer = "HTTP/1.1 400 Bad Request\r\n\r\n";
        client.sendBytes(Answer.data(), static_cast<int>(Answer.size()));
    });
    const auto url = parseUrl("https://127.0.0.1:" + std::to_string(listener.address().port()) + '/').value();

    auto patient = quick(); // The answer counts here, not when it comes.
    patient.limits.firstByte = patient.limits.idle = patient.limits.request = Duration(20'000);
    const auto reply = PocoTransport(patient).post(url, {}, "q");
    server.join();

    ASSERT_FALSE(reply);
    EXPECT_THAT(reply.error().detail, HasSubstr("speaks no TLS: is it http://?"));
}

TEST(PocoTransport, TakesAChunkedAnswerToAPost)
{
    ScriptedServer server(
        saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"));

    EXPECT_EQ(PocoTransport(quick()).post(at(server), {}, "q").value().body, "abc");
}

TEST(PocoTransport, StreamsABody)
{
    const std::string body(300'000, 'x');
    ScriptedServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + body + "leftover"));
    Collector collector;

    const auto result = PocoTransport(quick()).get(at(server), {}, collector);

    EXPECT_TRUE(result) << result.error().detail;
    EXPECT_EQ(collector.bytes, body);
}

TEST(PocoTransport, SeesThatABodyWasCut)
{
    ScriptedServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345"));
    Collector collector;

    const auto result = PocoTransport(quick()).get(at(server), {}, collector);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, code::Transfer);
    EXPECT_THAT(result.error().detail, HasSubstr("after 5 of 10 bytes"));
    EXPECT_EQ(collector.bytes, "12345");
    EXPECT_FALSE(PocoTransport(quick()).post(at(server), {}, "q"));
}

TEST(PocoTransport, RefusesABodyThatIsTooLongOrOfNoLength)
{
    Collector collector;
    collector.most = 4;
    ScriptedServer longer(saying("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345"));
    EXPECT_EQ(PocoTransport(quick()).get(at(longer), {}, collector).error().code, code::SizeMismatch);
    ScriptedServer endless(saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"));
    EXPECT_THAT(PocoTransport(quick()).get(at(endless), {}, collector).error().detail, HasSubstr("how long"));
    ScriptedServer unsaid(saying("HTTP/1.1 200 OK\r\n\r\nab"));
    EXPECT_FALSE(PocoTransport(quick()).get(at(unsaid), {}, collector));
    EXPECT_EQ(collector.bytes, "");
}

TEST(PocoTransport, LimitsAnAnswerToAPost)
{
    auto settings = quick();
    settings.limits.longestAnswer = 100;
    ScriptedServer server(dripping("HTTP/1.1 200 OK\r\n\r\n", std::string(60, 'x')));

    EXPECT_THAT(PocoTransport(settings).post(at(server), {}, "q").error().detail, HasSubstr("longer than 100 bytes"));
}

TEST(PocoTransport, RefusesConflictingLengths)
{
    ScriptedServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"));

    EXPECT_THAT(PocoTransport(quick()).post(at(server), {}, "q").error().detail, HasSubstr("twice"));
}

TEST(PocoTransport, EndsADripOfHeaders)
{
    ScriptedServer server(dripping("HTTP/1.1 200 OK\r\nX: ", "a"));

    EXPECT_THAT(PocoTransport(quick()).post(at(server), {}, "q").error().detail, HasSubstr("no answer within 300ms"));
}

TEST(PocoTransport, EndsADripOfABody)
{
    ScriptedServer server(dripping("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", "a"));
    Collector collector;

    EXPECT_THAT(PocoTransport(quick()).get(at(server), {}, collector).error().detail, HasSubstr("too slow"));
    EXPECT_THAT(PocoTransport(quick()).post(at(server), {}, "q").error().detail, HasSubstr("not done within 2s"));
}

TEST(PocoTransport, LetsASteadyDownloadLastLongerThanOneWindow)
{
    // 1000 bytes each 20 ms: 40 pieces take well over the 300 ms of a window.
    int left = 40;
    ScriptedServer server([&](const std::string&, const auto& say) {
        std::mutex mutex;
        std::condition_variable never;
        std::unique_lock lock(mutex);
        say("HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n");
        for (; left > 0 && say(std::string(1000, 'x')); --left) never.wait_for(lock, std::chrono::milliseconds(20));
    });
    Collector collector;

    const auto result = PocoTransport(quick()).get(at(server), {}, collector);

    EXPECT_TRUE(result) << result.error().detail;
    EXPECT_EQ(collector.bytes.size(), 40'000U);
}

TEST(PocoTransport, DoesNotRepeatAPostWhereAnOrdinaryRedirectPoints)
{
    ScriptedServer server(saying("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"));

    EXPECT_EQ(PocoTransport(quick()).post(at(server), {}, "q").value().status, 302);
    EXPECT_EQ(server.requests().size(), 1U);
}

TEST(PocoTransport, RefusesToSendALineBreak)
{
    ScriptedServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));

    EXPECT_FALSE(PocoTransport(quick()).post(at(server), {{"X-Test", "a\r\nEvil: 1"}}, "q"));
    EXPECT_TRUE(server.requests().empty());
}

TEST(PocoTransport, SaysWhoCouldNotBeReached)
{
    std::string url;
    {
        const ScriptedServer server(saying(""));
        url = server.url("/v1/update/");
    }

    const auto reply = PocoTransport(quick()).post(parseUrl(url).value(), {}, "q");

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().category, Category::UpdateCheck);
    EXPECT_THAT(reply.error().detail, HasSubstr(url));
    EXPECT_THAT(reply.error().detail, HasSubstr("refused"));
}

TEST(PocoTransport, SaysThatNobodyAnsweredWhenTheConnectionEndsAtOnce)
{
    ScriptedServer server(saying(""));

    EXPECT_FALSE(PocoTransport(quick()).post(at(server), {}, "q"));
}

TEST(PocoTransport, DoesNotSpeakPlainHttpToAnHttpsAddress)
{
    ScriptedServer server(saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    auto url = at(server);
    url.scheme = Scheme::Https;

    const auto reply = PocoTransport(quick()).post(url, {}, "secret");

    EXPECT_FALSE(reply);
    for (const auto& request : server.requests()) EXPECT_THAT(request, Not(HasSubstr("secret")));
}
