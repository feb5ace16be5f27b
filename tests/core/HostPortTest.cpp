#include "client/core/HostPort.h"

#include <gtest/gtest.h>

namespace baton {
namespace {

TEST(HostPort, ReadsAndPrintsNamesAndAddresses)
{
    for (const auto* text : {"127.0.0.1:8000", "localhost:0", "[::1]:65535"})
        EXPECT_EQ(print(parseHostPort(text).value()), text);
}

TEST(HostPort, RefusesWhatLacksAPartOrHasTooMuch)
{
    for (const auto* text : {"", ":80", "host", "host:", "host:65536", "host:-1", "host:80x", "::1:80", "[::1]80",
                             "[::1]", "ho st:80", "host\n:80", "http://host:80"})
        EXPECT_EQ(parseHostPort(text), std::nullopt) << text;
}

} // namespace
} // namespace baton
