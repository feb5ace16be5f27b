#include "tests/support/load/Options.h"

#include <gtest/gtest.h>

namespace baton::load {
namespace {

TEST(LoadOptions, AreReadFromTheCommandLine)
{
    const auto options = parseOptions(
        {"--new", "300", "--kept", "20", "--duration", "30s", "--json", "--each", "lines", "unix:/run/web"});

    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->newPerSecond, 300);
    EXPECT_EQ(options->keptPerSecond, 20);
    EXPECT_EQ(options->keptConnections, 16);
    EXPECT_EQ(options->duration, Duration(30'000));
    EXPECT_EQ(options->target.path, "/run/web");
    EXPECT_TRUE(options->json);
    EXPECT_EQ(options->each, "lines");
    EXPECT_FALSE(options->repeatUnread);
    EXPECT_EQ(options->slow, Duration(1000));
    EXPECT_EQ(parseOptions({"--new", "1", "--slow", "250ms", "unix:/run/web"})->slow, Duration(250));
}

TEST(LoadOptions, AreRefusedWithAHint)
{
    for (const auto& arguments : std::vector<std::vector<std::string_view>>{{},
                                                                            {"127.0.0.1:80"},
                                                                            {"--new", "x", "127.0.0.1:80"},
                                                                            {"--new"},
                                                                            {"--new", "1", "nowhere"},
                                                                            {"--new", "1", "a:1", "b:2"},
                                                                            {"--fast", "1", "127.0.0.1:80"},
                                                                            {"--new", "1", "udp:127.0.0.1:80"}}) {
        const auto options = parseOptions(arguments);
        ASSERT_FALSE(options);
        EXPECT_FALSE(options.error().detail.empty());
    }
}

} // namespace
} // namespace baton::load
