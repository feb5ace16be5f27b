#include "tests/transport/Collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::transport;
using baton::testing::answer;
using baton::testing::at;
using baton::testing::Collector;
using baton::testing::quick;
using baton::testing::saying;
using baton::testing::ScriptedServer;
using ::testing::HasSubstr;

namespace {

std::string faultOfPost(const ScriptedServer& server)
{
    const auto reply = PocoTransport(quick()).post(at(server), {}, "q");
    return reply ? "" : reply.error().detail;
}

std::string faultOfGet(const ScriptedServer& server)
{
    Collector collector;
    const auto result = PocoTransport(quick()).get(at(server), {}, collector);
    return result ? "" : result.error().detail;
}

/// Says the beginning, then the piece as fast as it is taken.
ScriptedServer::Answer flooding(std::string begin, std::size_t piece = 4096)
{
    return [=](const std::string&, const auto& say) {
        if (!say(begin)) return;
        while (say(std::string(piece, 'a'))) continue;
    };
}

/// Says it and then nothing, until the client is gone.
ScriptedServer::Answer stalling(std::string begin, const ScriptedServer*& server)
{
    return [=, &server](const std::string&, const auto& say) {
        if (!say(begin)) return;
        while (!server->isOver() && say("")) ::poll(nullptr, 0, 10);
    };
}

} // namespace

TEST(HostileServer, WithAHeaderThatNeverEndsIsLeft)
{
    const ScriptedServer one(flooding("HTTP/1.1 200 OK\r\nX: "));
    EXPECT_THAT(faultOfPost(one), HasSubstr("head is longer than 65536 bytes"));
    const ScriptedServer status(flooding("HTTP/1.1 "));
    EXPECT_THAT(faultOfPost(status), HasSubstr("head is longer than 65536 bytes"));
}

TEST(HostileServer, WithTooManyHeadersIsLeft)
{
    std::string head = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i <= 100; ++i) head += "X: y\r\n";
    const ScriptedServer server(saying(head + "\r\n"));

    EXPECT_THAT(faultOfPost(server), HasSubstr("more than 100 headers"));
}

TEST(HostileServer, ThatSaysContinueForEverIsLeft)
{
    const ScriptedServer server([](const auto&, const auto& say) {
        while (say("HTTP/1.1 100 Continue\r\n\r\n")) continue;
    });

    EXPECT_THAT(faultOfPost(server), HasSubstr("head is longer"));
}

TEST(HostileServer, MaySayContinueOnce)
{
    const ScriptedServer server(saying("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer("abc")));

    EXPECT_EQ(PocoTransport(quick()).post(at(server), {}, "q").value().body, "abc");
}

TEST(HostileServer, WithABodyThatNeverEndsIsLeft)
{
    const ScriptedServer open(flooding("HTTP/1.1 200 OK\r\n\r\n"));
    EXPECT_THAT(faultOfPost(open), HasSubstr("longer than 524288 bytes"));
    const ScriptedServer chunked(flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n"));
    EXPECT_THAT(faultOfPost(chunked), HasSubstr("longer than 524288 bytes"));
    const ScriptedServer sizes(flooding("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    EXPECT_THAT(faultOfPost(sizes), HasSubstr("absurdly long"));
}

TEST(HostileServer, ThatCutsItsChunksIsNotBelieved)
{
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const auto* body : {"5\r\nab", "2\r\nab\r\n", "2\r\nab\r\n0", "2\r\nab\r\n0\r\n", "5"}) {
        const ScriptedServer server(saying(head + body));
        EXPECT_THAT(faultOfPost(server), HasSubstr("before the last chunk")) << body;
    }
}

TEST(HostileServer, WithACodingThatNobodyAskedForIsLeft)
{
    const ScriptedServer server(saying("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"));

    EXPECT_THAT(faultOfPost(server), HasSubstr("cannot be read"));
}

TEST(HostileServer, ThatNeverAnswersIsLeftAfterTheFirstBytesTime)
{
    const ScriptedServer* there = nullptr;
    const ScriptedServer server(stalling("", there));
    there = &server;

    EXPECT_THAT(faultOfPost(server), HasSubstr("no answer within 300ms"));
    EXPECT_THAT(faultOfGet(server), HasSubstr("no answer within 300ms"));
}

TEST(HostileServer, ThatFallsSilentInABodyIsLeft)
{
    const ScriptedServer* there = nullptr;
    const ScriptedServer server(stalling("HTTP/1.1 200 OK\r\n\r\nabc", there));
    there = &server;
    EXPECT_THAT(faultOfPost(server), HasSubstr("nothing came for 300ms"));

    auto settings = quick();
    settings.limits.window = Duration(60'000);
    const ScriptedServer longer(stalling("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", there));
    Collector collector;
    EXPECT_THAT(PocoTransport(settings).get(at(longer), {}, collector).error().detail, HasSubstr("nothing came"));
    EXPECT_EQ(collector.bytes, "abc");
}

TEST(HostileServer, ThatSpeaksSomethingElseIsNamed)
{
    const ScriptedServer server(saying("220 mail.example.org ESMTP\r\n\r\n"));

    EXPECT_THAT(faultOfPost(server), HasSubstr("no HTTP/1.1: it begins with \"220 mail.example.org ESMTP\""));
}

TEST(HostileServer, CannotMakeAShortAnswerOfADownloadThatHasNoLength)
{
    const ScriptedServer server(saying("HTTP/1.1 200 OK\r\n\r\nabc"));

    EXPECT_THAT(faultOfGet(server), HasSubstr("does not say how long"));
}
