#include "client/service/ChunkScanner.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::service {
namespace {

// What is left of `text` behind the body; "malformed" or "more" if it does not get there. Byte by byte or at once.
std::string behind(const std::string& text, std::size_t step)
{
    ChunkScanner scanner;
    std::size_t at = 0;
    while (at < text.size() && !scanner.done() && !scanner.malformed())
        at += scanner.take(std::string_view(text).substr(at, step));
    if (scanner.malformed()) return "malformed";
    return scanner.done() ? text.substr(at) : "more";
}

TEST(ChunkScanner, FindsTheBodysEndHoweverItComes)
{
    for (const std::size_t step : {1U, 2U, 1000U}) {
        EXPECT_EQ(behind("0\r\n\r\nGET /", step), "GET /");
        EXPECT_EQ(behind("5\r\nhello\r\n0\r\n\r\nGET /", step), "GET /");
        EXPECT_EQ(behind("A;name=value\r\n0123456789\r\n0\r\n\r\n", step), "");
        EXPECT_EQ(behind("1\r\nx\r\n0\r\nTrailer: one\r\nOther: two\r\n\r\nrest", step), "rest");
        EXPECT_EQ(behind("5\r\nhel", step), "more");
        EXPECT_EQ(behind("0\r\n", step), "more");
    }
}

TEST(ChunkScanner, CountsTheDataWithoutItsFraming)
{
    ChunkScanner scanner;
    scanner.take("5\r\nhello\r\n3\r\nabc");
    EXPECT_EQ(scanner.dataBytes(), 8U);
}

TEST(ChunkScanner, RefusesWhatCouldBeReadInTwoWays)
{
    for (const auto* text : {"\r\n", "x\r\n", "-1\r\n", "+5\r\nhello\r\n", "0x5\r\nhello\r\n", " 5\r\nhello\r\n",
                             "5\nhello\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "0\r\n\n", "5\rxhello\r\n",
                             "123456789\r\n", "5;a\nb\r\nhello\r\n", "0\r\nTrailer\n\r\n"})
        EXPECT_EQ(behind(text, 1000), "malformed") << text;
}

TEST(ChunkScanner, BoundsWhatIsNoData)
{
    EXPECT_EQ(behind("5;" + std::string(9000, 'x'), 1000), "malformed");
    EXPECT_EQ(behind("0\r\n" + std::string(9000, 'x'), 1000), "malformed");
}

} // namespace
} // namespace baton::service
