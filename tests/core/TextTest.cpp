#include "client/core/Text.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

using namespace std::string_literals;

TEST(Escaped, MakesOneHarmlessLineOfAnything)
{
    EXPECT_EQ(escaped("plain, even \xC3\xA4"), "plain, even \xC3\xA4");
    EXPECT_EQ(escaped("a\nb\x1B[31m"), "a\\x0ab\\x1b[31m");
    EXPECT_EQ(escaped("\xFF\0\\"s + "\0"s), "\\xff\\x00\\x5c\\x00");
    EXPECT_EQ(escaped("\xC2\x9B"), "\\xc2\\x9b"); // U+009B starts a control sequence, too.
}

TEST(Escaped, CutsWhatIsTooLong) { EXPECT_EQ(escaped(std::string(300, 'x'), 10), "xxxxxxxxxx..."); }

TEST(PlainName, LetsNothingOutOfItsDirectory)
{
    EXPECT_TRUE(isPlainName("web-1.5.0.tar.zst"));
    for (const auto* name : {"", ".", "..", ".hidden", "-rf", "a/b", "a b", "a\nb", "a%2fb", "\xC3\xA4"})
        EXPECT_FALSE(isPlainName(name)) << name;
    EXPECT_FALSE(isPlainName(std::string(129, 'a')));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsCut)
{
    EXPECT_TRUE(isUtf8("\xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const auto* text : {"\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80"})
        EXPECT_FALSE(isUtf8(text));
}

TEST(Controls, AreFoundInAsciiAndAboveIt)
{
    for (const auto* text : {"a\n", "\x1B", "\x7F", "\xC2\x80", "a\xC2\x9F"}) EXPECT_TRUE(hasControls(text));
    EXPECT_TRUE(hasControls(std::string("a\0", 2)));
    for (const auto* text : {"", " ~", "\xC2\xA0", "\xC3\x9F", "\xC2"}) EXPECT_FALSE(hasControls(text));
}

TEST(Number, TakesWholeDecimalNumbersOnly)
{
    EXPECT_EQ(parseNumber("0"), 0);
    EXPECT_EQ(parseNumber("9223372036854775807"), 9223372036854775807);
    for (const auto* text : {"", "-1", "+1", "01", "1 ", " 1", "1,000", "0x10", "1e3", "9223372036854775808"})
        EXPECT_EQ(parseNumber(text), std::nullopt) << text;
}

TEST(Split, KeepsEmptyParts)
{
    EXPECT_EQ(split("a::b:", ':'), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ':'), (std::vector<std::string_view>{""}));
}

} // namespace
} // namespace baton
