// Answers that are signed, over plain http: believed exactly when the proof holds.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/CupPair.h"
#include "tests/system/Relay.h"

#include <fstream>

namespace baton::system {
namespace {

using ::testing::HasSubstr;

struct SignedAnswers : Relay {
    SignedAnswers()
    {
        mock::MockServerOptions options;
        options.cupKeys.emplace("7", protocol::CupKey::privateKey(ours.privatePem));
        server = std::make_unique<mock::MockServer>(std::move(options));
    }

    std::vector<std::string> withKey(const baton::testing::CupPair& pair, const std::string& id = "7")
    {
        return {"--cup-key", id + ':' + scratch.write("cup-" + id + ".pem", pair.publicPem).string()};
    }

    baton::testing::CupPair ours;
    baton::testing::CupPair other;
};

TEST_F(SignedAnswers, BringAReleaseOverPlainHttp)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours)}));

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));

    EXPECT_THAT(server->requests().front().uri, HasSubstr("cup2key=7:"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreRefusedWhenTheirProofIsForAnother)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours)}));
    mock::Fault spoilt;
    spoilt.what = mock::What::Proof;
    server->fail(spoilt);

    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "is not believed: its proof is not by the key"));

    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreRefusedWithoutTheRightKey)
{
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));

    start({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(other)});
    EXPECT_TRUE(baton->says("is not believed: its proof is not by the key"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreNotHadForAKeyThatTheServerLacks)
{
    start({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours, "8")});
    EXPECT_TRUE(baton->says("the server answers with HTTP status 400"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreNeededOnceAKeyIsGiven)
{
    server = std::make_unique<mock::MockServer>();
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));

    start({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours)});
    EXPECT_TRUE(baton->says("is not believed: it has no proof"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
