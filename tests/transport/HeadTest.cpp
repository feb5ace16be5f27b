#include "client/transport/Head.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton::transport;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Head, IsAStatusAndHeaders)
{
    const auto head = parseHead("HTTP/1.1 404 Not Found\r\nA: b\r\nC:\td e \r\nEmpty:\r\n\r\n");

    ASSERT_TRUE(head) << head.error().detail;
    EXPECT_EQ(head->status, 404);
    EXPECT_THAT(head->headers, ElementsAre(Pair("A", "b"), Pair("C", "d e"), Pair("Empty", "")));
    EXPECT_EQ(parseHead("HTTP/1.0 200\n\n").value().status, 200);
    EXPECT_EQ(parseHead("HTTP/1.1 200 \r\n\r\n").value().status, 200);
}

TEST(Head, RefusesWhatIsNoHttpOrHidesSomething)
{
    for (const auto* text :
         {"", "\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
          "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nnothing\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
          "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n", "HTTP/1.1 200 OK\r\nA: \x01\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\nA: b\r\n\r\n"})
        EXPECT_FALSE(parseHead(text)) << text;
}

TEST(Head, HasAHundredHeadersAndNoMore)
{
    std::string text = "HTTP/1.1 200 OK\r\n";
    for (std::size_t i = 0; i < MostHeaders; ++i) text += "A: b\r\n";

    EXPECT_TRUE(parseHead(text + "\r\n"));
    EXPECT_FALSE(parseHead(text + "A: b\r\n\r\n"));
}
