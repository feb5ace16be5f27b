#include "client/assemble/Probe.h"

#include "tests/support/ScriptedServer.h"
#include "tests/transport/TlsServer.h"

#include <gtest/gtest.h>

#include <string>

namespace baton::assemble {
namespace {

constexpr int Yes = 0;
constexpr int No = 1;

// Answers with the status that its path is.
struct ProbeTest : ::testing::Test {
    baton::testing::ScriptedServer server{[](const std::string& request, const auto& say) {
        say("HTTP/1.1 " + request.substr(5, 3) + " So\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }};
    int ask(const std::string& target) const { return probe({"http", server.url(target)}); }
};

TEST_F(ProbeTest, TakesAnyGoodStatusWhereNoneIsWanted)
{
    EXPECT_EQ(ask("/200"), Yes);
    EXPECT_EQ(ask("/302"), Yes);
    EXPECT_EQ(ask("/404"), No);
    EXPECT_EQ(ask("/503"), No);
}

TEST_F(ProbeTest, TakesTheStatusThatIsWantedAndNoOther)
{
    EXPECT_EQ(ask("/204 204"), Yes);
    EXPECT_EQ(ask("/200 204"), No);
    EXPECT_EQ(ask("/401 401"), Yes);
}

TEST(Probe, AsksByHttpsWhoeverItIs)
{
    const baton::testing::TlsServer server{baton::testing::Wish{"DNS:elsewhere"}};
    const auto url = "https://127.0.0.1:" + std::to_string(server.url().port) + "/";
    EXPECT_EQ(probe({"http", url}), Yes);
    EXPECT_EQ(probe({"http", url + " 404"}), No);
}

TEST(Probe, SaysNoWhereNobodyListens)
{
    EXPECT_EQ(probe({"http", "http://127.0.0.1:1/"}), No);
    EXPECT_EQ(probe({"tcp", "127.0.0.1:1"}), No);
}

} // namespace
} // namespace baton::assemble
