#include "client/transport/Framing.h"

#include <gtest/gtest.h>

using namespace baton::transport;

TEST(Framing, ReadsTheLengthInAnyCase)
{
    const auto head = readHead(200, {{"content-LENGTH", "5"}});

    ASSERT_TRUE(head);
    EXPECT_EQ(head->length, 5);
    EXPECT_EQ(head->header("Content-length"), "5");
}

TEST(Framing, RefusesAHeadThatTwoReadersWouldReadInTwoWays)
{
    EXPECT_FALSE(readHead(200, {{"Content-Length", "5"}, {"Content-Length", "5"}}));
    EXPECT_FALSE(readHead(200, {{"Content-Length", "5"}, {"Transfer-Encoding", "chunked"}}));
    EXPECT_FALSE(readHead(200, {{"Content-Length ", "5"}}));
    EXPECT_FALSE(readHead(200, {{"Content-Encoding", "gzip"}}));
    for (const auto* length : {"", "-1", "5abc", "+5", "9223372036854775808", "18446744073709551616", "0x5"})
        EXPECT_FALSE(readHead(200, {{"Content-Length", length}})) << length;
}

TEST(Framing, LetsNothingOutThatWouldEndAHeader)
{
    EXPECT_TRUE(checkOutgoing({{"X-Goog-Update-AppId", "{2c3d}"}}));
    EXPECT_FALSE(checkOutgoing({{"X-Goog-Update-AppId", "a\r\nEvil: 1"}}));
    EXPECT_FALSE(checkOutgoing({{"X-Goog-Update-AppId", std::string("a\0b", 3)}}));
    EXPECT_FALSE(checkOutgoing({{"Evil: 1\r\nX", "a"}}));
}
