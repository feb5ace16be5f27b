#include "tests/support/load/AnswerReader.h"

#include <gtest/gtest.h>

namespace baton::load {
namespace {

TEST(AnswerReader, FindsTheEndByLength)
{
    AnswerReader reader;

    EXPECT_EQ(reader.take("HTTP/1.1 200 OK\r\nContent-Le"), Step::More);
    EXPECT_EQ(reader.take("ngth: 5\r\n\r\n1.0.0"), Step::Complete);

    EXPECT_EQ(reader.status(), 200);
    EXPECT_EQ(reader.firstWord(), "1.0.0");
    EXPECT_TRUE(reader.keepsAlive());
}

TEST(AnswerReader, FindsTheEndOfChunks)
{
    AnswerReader reader;

    EXPECT_EQ(reader.take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n1.0\r\n2;x=y\r\n.0\r\n0\r\n"),
              Step::More);
    EXPECT_EQ(reader.take("\r\n"), Step::Complete);

    EXPECT_EQ(reader.firstWord(), "1.0.0");
}

TEST(AnswerReader, TakesTheEndOfTheConnectionOnlyWhereNothingElseSaysIt)
{
    AnswerReader byClose;
    EXPECT_EQ(byClose.take("HTTP/1.0 200 OK\r\n\r\n1.0.0 hello"), Step::More);
    EXPECT_EQ(byClose.end(), Step::Complete);
    EXPECT_FALSE(byClose.keepsAlive());

    AnswerReader cut;
    EXPECT_EQ(cut.take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1.0"), Step::More);
    EXPECT_EQ(cut.end(), Step::Malformed);
}

TEST(AnswerReader, NoticesThatTheServerSaysClose)
{
    AnswerReader reader;
    EXPECT_EQ(reader.take("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n"), Step::Complete);
    EXPECT_FALSE(reader.keepsAlive());
}

TEST(AnswerReader, RefusesNonsense)
{
    for (const auto* text :
         {"SSH-2.0-x\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nmore",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
        AnswerReader reader;
        EXPECT_EQ(reader.take(text), Step::Malformed) << text;
    }
}

} // namespace
} // namespace baton::load
