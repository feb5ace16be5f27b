#include "client/verify/Base64.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

namespace baton::verify {
namespace {

// RFC 4648, 10.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> Published{{{"", ""},
                                                                                  {"f", "Zg=="},
                                                                                  {"fo", "Zm8="},
                                                                                  {"foo", "Zm9v"},
                                                                                  {"foob", "Zm9vYg=="},
                                                                                  {"fooba", "Zm9vYmE="},
                                                                                  {"foobar", "Zm9vYmFy"}}};

TEST(Base64, KnowsThePublishedTexts)
{
    for (const auto& [bytes, text] : Published) {
        EXPECT_EQ(toBase64(bytes), text);
        EXPECT_EQ(fromBase64(text), bytes);
    }
}

TEST(Base64, ReadsBothAlphabetsButNotInOneText)
{
    EXPECT_EQ(fromBase64("+/+/"), "\xfb\xff\xbf");
    EXPECT_EQ(fromBase64("-_-_"), "\xfb\xff\xbf");
    EXPECT_FALSE(fromBase64("+/-_"));
}

TEST(Base64, HasOneTextForTheSameBytes)
{
    for (const auto* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm8=Zm8=", "Zm 8", "Zm8\n", "=",
                             "====", "Z===", "Zm8*", "Zm\x80=", "Zm8=\n"})
        EXPECT_FALSE(fromBase64(text)) << text;
}

TEST(Base64, TakesEveryByteBackAndForth)
{
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        EXPECT_EQ(fromBase64(toBase64(bytes)), bytes);
    }
    EXPECT_EQ(toHex("\x01\xfe"), "01fe");
}

} // namespace
} // namespace baton::verify
