#include "client/core/Amounts.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

TEST(Amounts, AreCutAndNeverRoundedUpToAThousand)
{
    EXPECT_EQ(printSize(999), "999 bytes");
    EXPECT_EQ(printSize(1000), "1.0 kB");
    EXPECT_EQ(printSize(999'999), "999.9 kB");
    EXPECT_EQ(printSize(4'000'000'000'000), "4000.0 GB");
    EXPECT_EQ(printSeconds(Duration(850)), "0.8s");
}

TEST(Amounts, ReadARateInThousands)
{
    EXPECT_EQ(parseRate("64kB/s"), 64'000);
    EXPECT_EQ(parseRate("2MB/s"), 2'000'000);
    EXPECT_EQ(parseRate("9223372036GB/s"), 9'223'372'036'000'000'000);
    EXPECT_EQ(parseSize("512MB"), 512'000'000);
    EXPECT_EQ(parseSize("512MB/s"), std::nullopt);
    EXPECT_EQ(parseSize("512"), std::nullopt);
    for (const auto* wrong : {"", "2", "2MB", "MB/s", "0kB/s", "-1kB/s", " 2MB/s", "2 MB/s", "02MB/s", "2.5MB/s",
                              "2MiB/s", "2mb/s", "9223372037GB/s"})
        EXPECT_EQ(parseRate(wrong), std::nullopt) << wrong;
}

} // namespace
} // namespace baton
