#include "client/core/Version.h"

#include <gtest/gtest.h>

using baton::isNewer;
using baton::Version;

namespace {

Version version(const char* text) { return Version::parse(text).value(); }

} // namespace

TEST(Version, IsOrderedByNumbersAndNotByText)
{
    EXPECT_LT(version("1.9.0"), version("1.10.0"));
    EXPECT_LT(version("1.005"), version("1.6"));
    EXPECT_EQ(version("1.2"), version("1.2.0.0"));
    EXPECT_LT(version("1.2.3"), version("1.2.3.1"));
    EXPECT_LT(version("4294967294"), version("4294967295"));
}

TEST(Version, PutsAPreReleaseBelowThePlainVersion)
{
    const char* ordered[] = {"1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                             "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0"};
    for (std::size_t i = 0; i + 1 < std::size(ordered); ++i)
        EXPECT_LT(version(ordered[i]), version(ordered[i + 1])) << ordered[i];
}

TEST(Version, IgnoresTheBuild)
{
    EXPECT_EQ(version("3340.0.0+nightly-20220823-2100"), version("3340.0.0"));
    EXPECT_EQ(version("1.0.0-rc.1+a"), version("1.0.0-rc.1+b"));
}

TEST(Version, RefusesATextWithoutAnOrder)
{
    for (const auto* text : {"", "v1.2.3", "1.2.3.4.5", "1..2", "1.", ".1", "-1", "1.2.3-", "1.2.3+", "1.2.3-a..b",
                             "4294967296", "1.2 ", "ForcedUpdate", "1.2.3-\xc3\xa4", "+1"})
        EXPECT_FALSE(Version::parse(text)) << text;
    EXPECT_FALSE(Version::parse("1.0.0-" + std::string(255, 'a')));
}

TEST(Version, IsNewerOnlyWhereBothHaveAnOrder)
{
    EXPECT_TRUE(isNewer("1.10", "1.9"));
    EXPECT_FALSE(isNewer("1.9", "1.9.0"));
    EXPECT_FALSE(isNewer("one", "1.9"));
    EXPECT_FALSE(isNewer("1.9", "one"));
    EXPECT_TRUE(isNewer("0.0.1", ""));
    EXPECT_FALSE(isNewer("one", ""));
}
