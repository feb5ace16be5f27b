#include "client/transport/Pin.h"

#include <gtest/gtest.h>

using baton::transport::parsePin;
using baton::transport::print;

TEST(Pin, IsHexOrBase64)
{
    const std::string hex = "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9";

    EXPECT_EQ(print(parsePin(hex).value()), hex);
    EXPECT_EQ(print(parsePin("B94D27B9934D3E08A52E52D7DA7DABFAC484EFE37A5380EE9088F7ACE2EFCDE9").value()), hex);
    EXPECT_EQ(print(parsePin("uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=").value()), hex);
}

TEST(Pin, IsNothingElse)
{
    const std::string hex(64, 'a');
    for (const auto& text :
         {std::string(), hex.substr(1), hex + 'a', std::string(64, 'g'), std::string(44, 'A'),
          std::string(42, 'A') + "==", std::string(43, '?') + '=', "sha256//" + std::string(36, 'A')})
        EXPECT_FALSE(parsePin(text)) << text;
}
