// Answers that are signed, over plain http: believed exactly when the proof holds.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/CupPair.h"
#include "tests/support/ScriptedServer.h"
#include "tests/system/PassedOn.h"
#include "tests/system/Relay.h"

#include <regex>

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

    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(other)}));
    EXPECT_TRUE(baton->says("is not believed: its proof is not by the key"));
    EXPECT_TRUE(isServing("1.0.0"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreNotHadForAKeyThatTheServerLacks)
{
    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours, "8")}));
    EXPECT_TRUE(baton->says("the server answers with HTTP status 400"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedAnswers, AreNeededOnceAKeyIsGiven)
{
    server = std::make_unique<mock::MockServer>();
    publish("1.1.0", scratch.copyOf(HELLO, "1.1.0"));

    ASSERT_TRUE(serves({{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours)}));
    EXPECT_TRUE(baton->says("is not believed: it has no proof"));
    EXPECT_EQ(stop(), 0);
}

// Somebody on the way: what the server answers passes through `change`.
struct OnTheWay : SignedAnswers {
    OnTheWay() { publish("1.1.0", scratch.copyOf(HELLO, "1.1.0")); }

    /// "0: version 1.1.0 is offered …"
    std::string checkSays()
    {
        Command command{
            BATON,
            {"baton", "check", "--app-id", App, "--app-version", "1.0.0", "--server", middle.url("/v1/update/")}};
        const auto key = withKey(ours);
        command.arguments.insert(command.arguments.end(), key.begin(), key.end());
        Running check(command, scratch / "check.log");
        const auto code = check.end();
        return std::to_string(code) + ": " + check.said();
    }

    std::function<std::string(const std::string&)> change = [](const std::string& answer) { return answer; };
    baton::testing::ScriptedServer middle{
        [this](const std::string& request, const auto& say) { say(change(passedOn(request, server->port()))); }};
};

TEST_F(OnTheWay, NothingIsRefusedWhereNothingIsTouched)
{
    EXPECT_THAT(checkSays(), ::testing::StartsWith("0: version 1.1.0 is offered"));
}

TEST_F(OnTheWay, NobodyCanTakeTheProofAway)
{
    change = [](const std::string& answer) {
        return std::regex_replace(answer, std::regex("(ETag|X-Cup-Server-Proof): [^\r]*\r\n"), "");
    };

    EXPECT_THAT(checkSays(), ::testing::AllOf(::testing::StartsWith("75: "), HasSubstr("it has no proof")));
}

TEST_F(OnTheWay, AServerThatSignsItsAnswersToChecksAloneIsToldEverything)
{
    change = [](const std::string& answer) {
        return answer.find("<event") == answer.npos
                   ? answer
                   : std::regex_replace(answer, std::regex("(ETag|X-Cup-Server-Proof): [^\r]*\r\n"), "");
    };
    RunOptions options{{scratch.copyOf(HELLO, "1.0.0").string()}, withKey(ours)};
    options.server = middle.url("/v1/update/");

    start(options);

    EXPECT_TRUE(baton->says("they count as told without a proof"));
    EXPECT_TRUE(baton->says("1.1.0 committed"));
    EXPECT_TRUE(eventually([&] { return !told().empty() && told().back() == "3/2 1.1.0 from 1.0.0"; }))
        << ::testing::PrintToString(told());
    EXPECT_EQ(stop(), 0);
}

TEST_F(OnTheWay, NobodyCanChangeTheAnswer)
{
    change = [](const std::string& answer) { return std::regex_replace(answer, std::regex("1\\.1\\.0"), "6.6.6"); };

    EXPECT_THAT(checkSays(), ::testing::AllOf(::testing::StartsWith("75: "), HasSubstr("not by the key")));
}

TEST_F(OnTheWay, NobodyCanSayAgainWhatWasSaidBefore)
{
    std::string kept;
    change = [&kept](const std::string& answer) { return kept.empty() ? kept = answer : kept; };
    ASSERT_THAT(checkSays(), ::testing::StartsWith("0: "));

    EXPECT_THAT(checkSays(), ::testing::AllOf(::testing::StartsWith("75: "), HasSubstr("for another question")));
}

} // namespace
} // namespace baton::system
