// --metrics: what the textfile collector of a node exporter finds while releases come and go.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/SignedStatements.h"
#include "tests/system/Successor.h"

#include <sys/socket.h>

#include <array>
#include <csignal>

namespace baton::system {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::string_view Good = "ready\nserve\nexit 0";
constexpr std::string_view Bad = "exit 3";

struct Metrics : Succeeded {
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

// Asked for at an address.
struct Exported : Metrics {
    ::testing::AssertionResult servesAt(std::vector<std::string> options = {})
    {
        options.insert(options.end(), {"--metrics", "127.0.0.1:0"});
        auto result = serves({{scratch.actor("1.0.0", Good).string()}, std::move(options), {"web=127.0.0.1:0"}});
        where = baton->word("metrics at http://");
        where = where.substr(0, where.find('/'));
        return result;
    }

    std::string answer(const std::string& target = "/metrics") const
    {
        const auto client = connectTo(where);
        const auto asked = "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
        if (::send(client.get(), asked.data(), asked.size(), MSG_NOSIGNAL) < 0) return {};
        std::string text;
        std::array<char, 4096> block{};
        for (;;) {
            const auto length = ::recv(client.get(), block.data(), block.size(), 0);
            if (length <= 0) return text;
            text.append(block.data(), static_cast<std::size_t>(length));
        }
    }

    ::testing::AssertionResult answers(const std::string& line) const
    {
        std::string last;
        if (eventually([&] { return (last = answer()).find('\n' + line + '\n') != std::string::npos; }))
            return ::testing::AssertionSuccess();
        return ::testing::AssertionFailure() << "no line " << line << " in\n" << last;
    }

    pid_t exporter() const
    {
        for (const auto child : childrenOf(baton->pid()))
            if (readFile("/proc/" + std::to_string(child) + "/cmdline").ends_with(std::string("metrics\0", 8)))
                return child;
        return 0;
    }

    std::string where;
};

TEST_F(Exported, FollowWhatBecomesOfReleases)
{
    ASSERT_TRUE(servesAt());
    EXPECT_TRUE(answers("baton_serving 1"));
    EXPECT_THAT(answer(), AllOf(HasSubstr("HTTP/1.1 200 OK\r\n"), HasSubstr("version=0.0.4")));
    EXPECT_THAT(answer("/"), HasSubstr("HTTP/1.1 404 "));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    EXPECT_TRUE(answers("baton_updates_total{outcome=\"committed\"} 1"));
    EXPECT_EQ(stop(), 0);
    EXPECT_FALSE(connectTo(where));
}

TEST_F(Exported, AreThereAgainWhenTheExporterDied)
{
    ASSERT_TRUE(servesAt());
    ASSERT_TRUE(eventually([this] { return exporter() != 0; }));

    ::kill(exporter(), SIGKILL);

    EXPECT_TRUE(baton->says("who answers at --metrics ended with signal 9 (SIGKILL); it starts again in 1s"));
    EXPECT_TRUE(answers("baton_serving 1")) << "who asked meanwhile waited in the queue";
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Exported, HoldUpNobodyWhoeverSaysNothing)
{
    ASSERT_TRUE(servesAt());
    std::vector<os::UniqueFd> silent;
    for (int i = 0; i < 64; ++i) silent.push_back(connectTo(where));

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    EXPECT_TRUE(answers("baton_updates_total{outcome=\"committed\"} 1"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Exported, AreThereAgainUnderABatonThatTookOver)
{
    ASSERT_TRUE(servesAt());
    const auto before = exporter();

    ASSERT_EQ(upgrade(anotherBaton("other")), 0) << upgradeSaid();

    EXPECT_TRUE(answers("baton_serving 1"));
    EXPECT_TRUE(eventually([&] { return exporter() != 0 && exporter() != before; }));
    EXPECT_TRUE(answers("baton_serving 1"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(Exported, AreRefusedAtTheStartWhereTheAddressIsTaken)
{
    ASSERT_TRUE(servesAt());
    Running other({BATON,
                   {"baton", "run", "--app-version", "1.0.0", "--state-dir", (scratch / "other").string(), "--metrics",
                    where, "--", scratch.actor("1.0.0", Good).string()}},
                  scratch / "other.log");
    EXPECT_EQ(other.end(), 69);
    EXPECT_THAT(other.said(), AllOf(HasSubstr(where), HasSubstr("say another --metrics")));
    EXPECT_EQ(stop(), 0);
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
