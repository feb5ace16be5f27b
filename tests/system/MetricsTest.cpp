// --metrics: what the textfile collector of a node exporter finds while releases come and go.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/SignedStatements.h"
#include "tests/system/Relay.h"

namespace baton::system {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view Good = "ready\nserve\nexit 0";
constexpr std::string_view Bad = "exit 3";

struct Metrics : Relay {
    fs::path file = scratch / "web.prom";

    RunOptions actor(std::vector<std::string> options)
    {
        options.insert(options.end(), {"--metrics", file.string()});
        return {{scratch.actor("1.0.0", Good).string()}, std::move(options)};
    }

    ::testing::AssertionResult says(const std::string& line) const
    {
        if (eventually([&] { return readFile(file).find('\n' + line + '\n') != std::string::npos; }))
            return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "no line " << line << " in\n" << readFile(file);
    }
};

TEST_F(Metrics, FollowWhatBecomesOfReleases)
{
    ASSERT_TRUE(serves(actor({})));
    EXPECT_TRUE(says("baton_serving 1"));
    EXPECT_TRUE(says("baton_signature_required 0"));
    EXPECT_TRUE(says("baton_keys_configured 0"));
    EXPECT_TRUE(says("baton_last_check_success 1"));
    EXPECT_TRUE(says("baton_updates_total{outcome=\"committed\"} 0"));
    EXPECT_TRUE(says("baton_release_info{version=\"1.0.0\",sha256=\"" + status().release->sha256 + "\"} 1"));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    EXPECT_TRUE(says("baton_updates_total{outcome=\"committed\"} 1"));
    EXPECT_TRUE(says("baton_handing_over 0"));
    EXPECT_TRUE(says("baton_release_info{version=\"1.1.0\",sha256=\"" + status().release->sha256 + "\"} 1"));

    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", Bad), "1.2.0 taken back"));
    EXPECT_TRUE(says("baton_updates_total{outcome=\"rolledBack\"} 1"));
    EXPECT_TRUE(says("baton_blocked_releases 1"));

    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(fs::exists(file));
}

TEST_F(Metrics, TellOfKeys)
{
    const auto key = scratch.write("release.pub", baton::testing::newKey().publicKey().pem()).string();
    ASSERT_TRUE(serves(actor({"--public-key", key})));
    EXPECT_TRUE(says("baton_signature_required 1"));
    EXPECT_TRUE(says("baton_keys_configured 1"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Metrics, AreRefusedAtTheStartWhereTheyCannotBeWritten)
{
    file = scratch / "nowhere/web.prom";
    start(actor({}));
    EXPECT_EQ(baton->end(), 73);
    EXPECT_THAT(baton->said(), AllOf(HasSubstr("nowhere"), HasSubstr("say another --metrics")));
}

} // namespace
} // namespace baton::system
