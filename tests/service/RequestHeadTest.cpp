#include "client/service/RequestHead.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::service {
namespace {

std::optional<std::variant<RequestHead, HeadRefusal>> find(const std::string& text)
{
    return HeadFinder(1000).find(text);
}

RequestHead headOf(const std::string& text)
{
    const auto found = find(text);
    if (found && std::holds_alternative<RequestHead>(*found)) return std::get<RequestHead>(*found);
    ADD_FAILURE() << "no head: " << text;
    return {};
}

int refusalOf(const std::string& text)
{
    const auto found = find(text);
    return found && std::holds_alternative<HeadRefusal>(*found) ? std::get<HeadRefusal>(*found).status : 0;
}

const std::string Get = "GET / HTTP/1.1\r\n";
const std::string Post = "POST /x HTTP/1.1\r\nHost: a\r\n";

TEST(RequestHead, EndsAtTheEmptyLine)
{
    const auto text = Get + "Host: a\r\n\r\n";

    EXPECT_EQ(headOf(text + "GET /next"), (RequestHead{text.size(), BodyFraming::None, 0, true, false}));
    EXPECT_FALSE(find(text.substr(0, text.size() - 1)));
}

TEST(RequestHead, IsFoundByteByByte)
{
    const auto text = Get + "Host: a\r\nContent-Length: 3\r\n\r\nabc";
    HeadFinder finder(1000);
    std::size_t at = 1;
    while (!finder.find(std::string_view(text).substr(0, at))) ++at;

    EXPECT_EQ(at, text.size() - 3);
}

TEST(RequestHead, SaysHowTheBodyIsFramed)
{
    EXPECT_EQ(headOf(Post + "Content-Length: 12\r\n\r\n").body, BodyFraming::Length);
    EXPECT_EQ(headOf(Post + "content-length: 007\r\n\r\n").bodyBytes, 7U);
    EXPECT_EQ(headOf(Post + "Content-Length: 0\r\n\r\n").body, BodyFraming::None);
    EXPECT_EQ(headOf(Post + "Transfer-Encoding: Chunked\r\n\r\n").body, BodyFraming::Chunked);
    EXPECT_EQ(headOf(Post + "\r\n").body, BodyFraming::None);
}

TEST(RequestHead, SaysWhetherTheClientWantsToStay)
{
    EXPECT_TRUE(headOf(Get + "\r\n").keepAlive);
    EXPECT_FALSE(headOf(Get + "Connection: close\r\n\r\n").keepAlive);
    EXPECT_FALSE(headOf(Get + "Connection: TE, Close\r\n\r\n").keepAlive);
    EXPECT_FALSE(headOf("GET / HTTP/1.0\r\n\r\n").keepAlive);
    EXPECT_FALSE(headOf("GET / HTTP/1.0\r\nConnection: TE\r\n\r\n").keepAlive);
    EXPECT_TRUE(headOf("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keepAlive);
}

TEST(RequestHead, KnowsAnUpgrade)
{
    EXPECT_TRUE(headOf(Get + "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n").upgrade);
    EXPECT_FALSE(headOf(Get + "Upgrade: websocket\r\n\r\n").upgrade);
    EXPECT_FALSE(headOf(Post + "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\n").upgrade);
}

TEST(RequestHead, RefusesWhatCouldBeReadInTwoWays)
{
    for (const auto& fields :
         {"Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
          "Content-Length: +3\r\n", "Content-Length: 3,3\r\n", "Content-Length: 0x3\r\n", "Content-Length:\r\n",
          "Content-Length: 9223372036854775808\r\n", "Content-Length : 3\r\n", "Host: b\r\n", "X: a\r\n folded\r\n",
          "X: a\rContent-Length: 3\r\n", "X: a\nContent-Length: 3\r\n", "no colon\r\n", ": nameless\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "X: \x01\r\n", "X\xC3\xA4: 1\r\n"})
        EXPECT_EQ(refusalOf(Post + fields + "\r\n"), 400) << fields;
    EXPECT_EQ(refusalOf(Post + std::string("X: a\0b\r\n\r\n", 10)), 400);
    EXPECT_EQ(refusalOf("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
}

TEST(RequestHead, RefusesARequestLineThatIsNone)
{
    for (const auto* line : {"GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 x", " GET / HTTP/1.1", "G(T / HTTP/1.1",
                             "GET /\x01 HTTP/1.1", "GET / http/1.1", "", "GET\t/\tHTTP/1.1"})
        EXPECT_EQ(refusalOf(std::string(line) + "\r\n\r\n"), 400) << line;
    EXPECT_EQ(refusalOf("GET / HTTP/2.0\r\n\r\n"), 505);
    EXPECT_EQ(refusalOf(Post + "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501);
}

TEST(RequestHead, RefusesWhatIsTooLong)
{
    EXPECT_EQ(refusalOf(Get + "X: " + std::string(1000, 'x') + "\r\n\r\n"), 431);
    EXPECT_EQ(refusalOf(std::string(1000, 'x')), 431);
    EXPECT_FALSE(find(std::string(999, 'x')));
}

} // namespace
} // namespace baton::service
