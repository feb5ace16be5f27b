#include "client/transport/ChunkDecoder.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

using baton::transport::ChunkDecoder;

namespace {

/// Fed so many bytes at a time; nothing: refused, or not at its end.
std::optional<std::string> decoded(std::string_view text, std::size_t step, std::string* rest = nullptr)
{
    ChunkDecoder decoder;
    std::string body;
    while (!text.empty() && !decoder.isOver()) {
        auto bytes = text.substr(0, step);
        const auto fed = bytes.size();
        const auto piece = decoder.take(bytes);
        if (!piece) return std::nullopt;
        body += *piece;
        text.remove_prefix(fed - bytes.size());
    }
    if (rest != nullptr) *rest = text;
    return decoder.isOver() ? std::optional(body) : std::nullopt;
}

} // namespace

TEST(ChunkDecoder, TakesTheChunksOffHoweverTheyCome)
{
    for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
        std::string rest;
        EXPECT_EQ(decoded("3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\nnext", step, &rest), "abc0123456789")
            << step;
        EXPECT_EQ(rest, "next") << step;
        EXPECT_EQ(decoded("000\r\nTrailer: x\r\nAnother: y\r\n\r\n", step), "") << step;
        EXPECT_EQ(decoded("1\na\n0\n\n", step), "a") << step;
    }
}

TEST(ChunkDecoder, KnowsThatItWasCut)
{
    const std::string whole = "3\r\nabc\r\n0\r\n\r\n";
    for (std::size_t length = 0; length < whole.size(); ++length)
        EXPECT_EQ(decoded(whole.substr(0, length), 1000), std::nullopt) << length;
    EXPECT_EQ(decoded(whole, 1000), "abc");
}

TEST(ChunkDecoder, RefusesNonsenseAndWhatNeverEnds)
{
    for (const auto& text :
         {std::string("x\r\n"), std::string("\r\n"), std::string("-1\r\na\r\n"), std::string("1\r\nab\r\n0\r\n\r\n"),
          std::string(16, 'f'), "0000000000000000" + std::string("1\r\n"), "1;" + std::string(9000, 'x') + "\r\n",
          "0\r\n" + std::string(9000, 'x'), "0\r\nA: b\r\n" + std::string(9000, 'x')})
        EXPECT_EQ(decoded(text, 1000), std::nullopt) << text.substr(0, 40);
}
