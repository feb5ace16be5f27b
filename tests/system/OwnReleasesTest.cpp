// Baton's own releases come from the server like the program's: fetched, staged, tried out, taken over by, and taken
// back when they fail. SPDX-License-Identifier: Apache-2.0
#include "tests/system/OwnReleases.h"

#include "client/os/SystemClock.h"
#include "tests/support/SignedStatements.h"

#include <chrono>
#include <csignal>
#include <string>

namespace baton::system {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(OwnReleases, AreTakenOverByUnderLoadAndStartedAtTheNextStart)
{
    ASSERT_TRUE(servesHello());
    const auto program = pidOfRelease();
    Clients clients(scratch, web, {"--new", "100", "--kept", "100", "--connections", "16"});

    offerBaton("9.0.0", archive("9.0.0"));
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));
    EXPECT_TRUE(isOwn("9.0.0"));
    EXPECT_EQ(pidOfRelease(), program);
    ASSERT_TRUE(update("1.1.0", scratch.copyOf(HELLO, "1.1.0"), "1.1.0 committed"));
    const auto count = clients.stop();

    EXPECT_EQ(count.failed, 0U) << count.report;
    EXPECT_THAT(ownHistory(), ElementsAre("committed 9.0.0: "));
    EXPECT_TRUE(eventually([this] { return told().size() == 8; })) << ::testing::PrintToString(told());
    for (const auto* event : {"13/1 9.0.0", "14/1 9.0.0", "800/1 9.0.0"}) EXPECT_THAT(told(), Contains(event));
    EXPECT_THAT(told(), Contains(AllOf(HasSubstr("3/2 9.0.0 from 0."))));
    EXPECT_TRUE(stateIsWhole());
    EXPECT_EQ(stop(), 0);
    restart();
    ASSERT_TRUE(baton->says("1.1.0 serves"));
    EXPECT_TRUE(isOwn("9.0.0")) << "the installed Baton has given way to it";
    EXPECT_EQ(stop(), 0);
}

TEST_F(OwnReleases, ThatFailTheirTryOutAreBlockedAndReported)
{
    ASSERT_TRUE(servesHello());
    const auto before = executable();

    offerBaton("9.0.0", archive("9.0.0", "exit 3"));
    ASSERT_TRUE(baton->says("Baton 9.0.0 does not take over: its try-out failed"));

    EXPECT_EQ(executable(), before);
    EXPECT_TRUE(hasTold({"13/1 9.0.0", "14/1 9.0.0", "3/0 9.0.0 code 5/1"}));
    check();
    EXPECT_TRUE(hasTold({"13/1 9.0.0", "14/1 9.0.0", "3/0 9.0.0 code 5/1", "3/9 9.0.0 code 35"}));
    offerBaton("9.1.0", archive("9.1.0"));
    EXPECT_TRUE(baton->says("Baton 9.1.0 committed")) << "the next one may be good";
    EXPECT_FALSE(fs::exists(own().releases() / "9.0.0")) << "what is blocked takes no room";
    EXPECT_EQ(stop(), 0);
}

TEST_F(OwnReleases, ThatDieOnProbationAreNotStartedAgain)
{
    ASSERT_TRUE(servesHello());
    offerBaton("9.0.0", archive("9.0.0", "[ \"$BATON_ROLE\" = take-over ] && { sleep 0.3; kill -KILL $$; } &"));
    ASSERT_EQ(baton->end(), 128 + SIGKILL);
    EXPECT_THAT(ask(), HasSubstr("1.0.0 generation 1")) << "the program serves on";

    restart();
    ASSERT_TRUE(baton->says("Baton 9.0.0 does not take over: it died on probation, after it had taken over"));
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    EXPECT_FALSE(isOwn("9.0.0"));
    EXPECT_TRUE(eventually([this] { return ::testing::Value(told(), Contains("3/0 9.0.0 code 44/5")); }));
    check();
    EXPECT_TRUE(eventually([this] { return ::testing::Value(told(), Contains("3/9 9.0.0 code 35")); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(OwnReleases, ThatCannotStartGiveWayToTheInstalledBaton)
{
    ASSERT_TRUE(servesHello());
    offerBaton("9.0.0", archive("9.0.0", "[ -n \"$BATON_ROLE\" ] || exit 17"));
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));
    EXPECT_EQ(stop(), 0);

    for (int i = 0; i < 2; ++i) {
        start();
        EXPECT_EQ(baton->end(), 17) << "the process manager starts it again";
    }
    restart();
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    EXPECT_FALSE(isOwn("9.0.0"));
    EXPECT_THAT(baton->said(), HasSubstr("Baton 9.0.0 is taken back: it did not last a minute in 2 starts in a row"));
    EXPECT_TRUE(eventually([this] { return ::testing::Value(told(), Contains("3/0 9.0.0 code 44/9")); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(OwnReleases, ThatAreDamagedGiveWayAtOnce)
{
    ASSERT_TRUE(servesHello());
    offerBaton("9.0.0", archive("9.0.0"));
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));
    const auto supervisor = executable();
    EXPECT_EQ(stop(), 0);
    fs::resize_file(supervisor, 0);

    restart();

    ASSERT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_THAT(baton->said(), HasSubstr("Exec format error"));
    EXPECT_FALSE(isOwn("9.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(OwnReleases, AreHeldLikeAllOthers)
{
    ASSERT_TRUE(servesHello());
    Running hold({BATON, {"baton", "hold", "--state-dir", state.string()}}, scratch / "hold.log");
    ASSERT_EQ(hold.end(), 0) << hold.said();

    offerBaton("9.0.0", archive("9.0.0"));
    EXPECT_TRUE(eventually([this] { return ::testing::Value(told(), Contains("3/9 9.0.0 code 36")); }));
    EXPECT_FALSE(isOwn("9.0.0"));
    Running resume({BATON, {"baton", "resume", "--state-dir", state.string()}}, scratch / "resume.log");
    ASSERT_EQ(resume.end(), 0) << resume.said();
    check();

    EXPECT_TRUE(baton->says("Baton 9.0.0 committed"));
    EXPECT_EQ(stop(), 0);
}

struct SignedOwnReleases : OwnReleases {
    verify::PrivateKey honest = testing::newKey();
    verify::PrivateKey stolen = testing::newKey();

    ::testing::AssertionResult servesSigned()
    {
        return serves({{scratch.actor("1.0.0", "ready\nserve\nexit 0").string()},
                       {"--self-app-id", OwnApp, "--self-track", "stable", "--probation-alone", "400ms", "--public-key",
                        scratch.write("release.pub", honest.publicKey().pem()).string()}});
    }
    void offerSigned(const std::string& version, const std::string& app, const verify::PrivateKey& key)
    {
        constexpr std::chrono::hours Month{30 * 24};
        const auto payload = archive(version);
        const auto name = payload.filename().string();
        const auto bytes = readFile(payload);
        const auto now = std::chrono::floor<std::chrono::seconds>(os::SystemClock().wall());
        verify::Statement statement;
        statement.packages = {{name, static_cast<std::int64_t>(bytes.size()), verify::sha256Of(bytes)}};
        statement.appId = app;
        statement.version = version;
        statement.tracks = {"stable"};
        statement.issued = now;
        statement.expires = now + Month;
        server->putBeside(OwnApp, version, name + ".dsse.json", testing::envelopeOf(statement, {key}));
        offerBaton(version, payload);
    }
};

TEST_F(SignedOwnReleases, AreTakenOverByWhereTheSignatureIsRight)
{
    ASSERT_TRUE(servesSigned());

    offerSigned("9.0.0", OwnApp, honest);
    ASSERT_TRUE(baton->says("Baton 9.0.0 committed"));

    EXPECT_TRUE(isOwn("9.0.0"));
    offerSigned("9.1.0", OwnApp, honest);
    EXPECT_TRUE(baton->says("Baton 9.1.0 committed")) << "the next one judges by the same keys";
    EXPECT_EQ(stop(), 0);
    ASSERT_TRUE(own().loadState()->trust.has_value());
    EXPECT_THAT(own().loadState()->trust->memory, HasSubstr("9.1.0")) << "what was committed is remembered";
}

TEST_F(SignedOwnReleases, AreRefusedWhereItIsNot)
{
    ASSERT_TRUE(servesSigned());
    const auto before = executable();

    offerBaton("9.0.0", archive("9.0.0"));
    EXPECT_TRUE(baton->says("9.0.0 refused: "));
    offerSigned("9.1.0", OwnApp, stolen);
    EXPECT_TRUE(baton->says("9.1.0 refused: "));
    offerSigned("9.2.0", App, honest);
    EXPECT_TRUE(baton->says("9.2.0 refused: ")) << "it is for another app";

    EXPECT_EQ(executable(), before);
    EXPECT_TRUE(isServing("1.0.0"));
    offerSigned("9.3.0", OwnApp, honest);
    EXPECT_TRUE(baton->says("Baton 9.3.0 committed"));
    EXPECT_EQ(stop(), 0);
}

} // namespace
} // namespace baton::system
