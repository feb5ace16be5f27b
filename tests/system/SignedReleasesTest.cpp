// Releases that must be signed: whoever owns the server, the mirror or the way to them offers what he likes, and the
// old release serves on. SPDX-License-Identifier: Apache-2.0
#include "client/os/SystemClock.h"
#include "tests/support/SignedStatements.h"
#include "tests/system/Relay.h"

#include <algorithm>
#include <csignal>

namespace baton::system {
namespace {

using baton::testing::envelopeOf;
using baton::testing::listOf;
using baton::testing::newKey;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view Good = "ready\nserve\nexit 0";
constexpr std::chrono::hours Day{24};

struct SignedReleases : Relay {
    verify::PrivateKey honest = newKey();
    verify::PrivateKey stolen = newKey(verify::Algorithm::EcdsaP256);

    std::string keyFile(const verify::PrivateKey& key, const std::string& name = "release.pub")
    {
        return scratch.write(name, key.publicKey().pem()).string();
    }

    RunOptions trusting(std::vector<std::string> options)
    {
        return {{scratch.actor("1.0.0", Good).string()}, std::move(options)};
    }

    ::testing::AssertionResult servesSigned() { return serves(trusting({"--public-key", keyFile(honest)})); }

    static WallTime now() { return std::chrono::floor<std::chrono::seconds>(os::SystemClock().wall()); }

    /// Right in everything.
    verify::Statement statementOf(const std::string& version, const fs::path& payload) const
    {
        const auto bytes = readFile(payload);
        verify::Statement statement;
        statement.packages = {
            {payload.filename().string(), static_cast<std::int64_t>(bytes.size()), verify::sha256Of(bytes)}};
        statement.appId = App;
        statement.version = version;
        statement.issued = now();
        statement.expires = now() + 30 * Day;
        return statement;
    }

    void put(const std::string& version, const fs::path& payload, const std::string& statement)
    {
        server->putBeside(App, version, payload.filename().string() + ".dsse.json", statement);
    }

    /// Published, with that statement beside it, and asked for; says what the log must say.
    ::testing::AssertionResult offer(const std::string& version, const fs::path& payload, const std::string& statement,
                                     const std::string& says)
    {
        put(version, payload, statement);
        return update(version, payload, says);
    }

    std::size_t askedFor(const std::string& name) const
    {
        const auto all = server->requests();
        return static_cast<std::size_t>(
            std::count_if(all.begin(), all.end(), [&](const auto& one) { return one.uri.ends_with('/' + name); }));
    }

    /// It is refused with that sentence, in the history and to the server, and not a byte of it was fetched.
    void isRefused(const std::string& version, const fs::path& payload, const std::string& statement,
                   const std::string& sentence, const std::string& code = "12")
    {
        put(version, payload, statement);
        ASSERT_TRUE(update(version, payload, version + " refused: ")) << sentence;
        EXPECT_THAT(baton->said(), HasSubstr(sentence));
        EXPECT_TRUE(hasTold({"3/0 " + version + " code " + code}));
        EXPECT_THAT(history(), ElementsAre("refused " + version + " from 1.0.0 code " + code));
        ASSERT_EQ(status().blocked.size(), 1U);
        EXPECT_THAT(status().blocked.front().reason, HasSubstr(sentence));
        EXPECT_EQ(askedFor(payload.filename().string()), 0U);
        EXPECT_TRUE(isServing("1.0.0"));
        EXPECT_EQ(stop(), 0);
        EXPECT_TRUE(stateIsWhole());
    }
};

TEST_F(SignedReleases, AreInstalledAndRemembered)
{
    mock::MockServerOptions options;
    options.signKeys = {honest};
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());

    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));

    EXPECT_THAT(baton->said(), HasSubstr("1.1.0 is signed by " + honest.publicKey().id().substr(0, 12)));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    ASSERT_TRUE(status().signedBy);
    EXPECT_EQ(status().signedBy->ageDays, 0);
    EXPECT_FALSE(status().signedBy->issued.empty());
    EXPECT_THAT(store().loadState()->trust->memory, HasSubstr(R"("highest":"1.1.0")"));
    EXPECT_EQ(stop(), 0);
    EXPECT_TRUE(stateIsWhole());
}

TEST_F(SignedReleases, MayBeSignedByHand)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    const auto key = scratch.write("release.key", honest.pem({})).string();
    Running sign({BATON, {"baton", "sign", "--key", key, "--app-id", App, "--app-version", "1.1.0", payload.string()}},
                 scratch / "sign.log");
    ASSERT_EQ(sign.end(), 0) << sign.said();

    EXPECT_TRUE(offer("1.1.0", payload, readFile(payload.string() + ".dsse.json"), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, NeedNoSha256OfTheServer)
{
    mock::MockServerOptions options;
    options.sha256In = mock::Sha256In::Nowhere; // A plain Nebraska.
    options.signKeys = {honest};
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());

    EXPECT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreRefusedWithoutASha256AndWithoutAStatement)
{
    mock::MockServerOptions options;
    options.sha256In = mock::Sha256In::Nowhere;
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());

    EXPECT_TRUE(
        update("1.1.0", scratch.actor("1.1.0", Good), "has no SHA-256, and no statement that is believed has one"));
    EXPECT_TRUE(hasTold({"3/0 1.1.0 code 38"}));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreRefusedUnsigned)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    ASSERT_TRUE(update("1.1.0", payload, "1.1.0 refused: it has no signed statement"));
    EXPECT_TRUE(hasTold({"3/0 1.1.0 code 39"}));
    EXPECT_THAT(history(), ElementsAre("refused 1.1.0 from 1.0.0 code 39"));
    EXPECT_EQ(askedFor(payload.filename().string()), 0U);

    // The same bytes, signed now: what was refused was the want of a statement.
    EXPECT_TRUE(offer("1.1.0", payload, envelopeOf(statementOf("1.1.0", payload), {honest}), "1.1.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreRefusedOfAStranger)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    isRefused("1.1.0", payload, envelopeOf(statementOf("1.1.0", payload), {newKey()}),
              "none of the trusted keys has signed it", "33");
}

TEST_F(SignedReleases, AreRefusedOfAnotherApp)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    auto statement = statementOf("1.1.0", payload);
    statement.appId = "io.example.other";
    isRefused("1.1.0", payload, envelopeOf(statement, {honest}), "is for the app io.example.other");
}

TEST_F(SignedReleases, AreRefusedOfAnotherVersion)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    isRefused("1.1.0", payload, envelopeOf(statementOf("1.0.5", payload), {honest}),
              "is for version 1.0.5, but 1.1.0 was offered");
}

TEST_F(SignedReleases, AreRefusedWhenTheyRanOut)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    auto statement = statementOf("1.1.0", payload);
    statement.issued = now() - 60 * Day;
    statement.expires = now() - 30 * Day;
    isRefused("1.1.0", payload, envelopeOf(statement, {honest}), "is 60 days old");
}

TEST_F(SignedReleases, AreRefusedWhenTheirBytesWereSwapped)
{
    ASSERT_TRUE(servesSigned());
    const auto statement = envelopeOf(statementOf("1.1.0", scratch.actor("1.1.0", Good)), {honest});
    const auto payload = scratch.actor("1.1.0", "ready\nserve\nexit 1");
    isRefused("1.1.0", payload, statement, "was signed", "10");
}

TEST_F(SignedReleases, AreRefusedWithTheStatementOfAnotherPackage)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    const auto other = scratch.write("other-package", "other");
    isRefused("1.1.0", payload, envelopeOf(statementOf("1.1.0", other), {honest}), "does not name the package");
}

TEST_F(SignedReleases, AreRefusedForAnotherMachine)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    auto statement = statementOf("1.1.0", payload);
    statement.arch = "pdp11";
    isRefused("1.1.0", payload, envelopeOf(statement, {honest}), "for machines of pdp11");
}

TEST_F(SignedReleases, AreRefusedWhenANewerOneRanBefore)
{
    mock::MockServerOptions options;
    options.offers = mock::Offers::Any;
    options.signKeys = {honest};
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());
    ASSERT_TRUE(update("1.2.0", scratch.actor("1.2.0", Good), "1.2.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.2.0"); }));
    server->withdraw(App, "1.2.0");
    const auto old = scratch.actor("1.1.0", Good);

    ASSERT_TRUE(update("1.1.0", old, "1.1.0 is offered, which is not newer than 1.2.0"));

    auto statement = statementOf("1.1.0", old);
    statement.allowDowngradeFrom = {"1.2.0"};
    EXPECT_TRUE(offer("1.1.0", old, envelopeOf(statement, {honest}), "1.1.0 committed")) << "its publisher says so";
    EXPECT_EQ(stop(), 0);
}

// The stager has the last word: an agent that somebody took over hands it an old release, properly signed.
TEST_F(SignedReleases, AreRefusedByTheStagerWhateverTheAgentSays)
{
    ASSERT_TRUE(serves(trusting({"--public-key", keyFile(honest)})));
    const auto newer = scratch.actor("1.2.0", Good);
    ASSERT_TRUE(offer("1.2.0", newer, envelopeOf(statementOf("1.2.0", newer), {honest}), "1.2.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.2.0"); }));
    ASSERT_EQ(stop(), 0);
    const auto old = scratch.actor("1.1.0", Good);
    const auto bytes = readFile(old);
    store::Attempt attempt;
    attempt.key = {"1.1.0", verify::sha256Of(bytes)};
    attempt.from = "1.2.0";
    attempt.stage = store::AttemptStage::Downloaded;
    attempt.packages = {{old.filename().string(), static_cast<std::int64_t>(bytes.size()), attempt.key.sha256, {}, ""}};
    attempt.sessionId = "s";
    store().save(attempt);
    fs::copy_file(old, store().downloads() / attempt.key.sha256);
    store().save(store::Papers{{{"", envelopeOf(statementOf("1.1.0", old), {honest})}}, {}});

    restart();

    EXPECT_TRUE(baton->says("1.1.0 refused: 1.1.0 is older than 1.2.0, which runs"));
    EXPECT_TRUE(eventually([this] { return isServing("1.2.0"); }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, ForgetAStolenKeyWithAllThatItBlocked)
{
    mock::MockServerOptions options;
    options.offers = mock::Offers::Any;
    server = std::make_unique<mock::MockServer>(std::move(options));
    const fs::path keys = scratch / "keys";
    keyFile(honest, "keys/honest.pub");
    keyFile(stolen, "keys/stolen.pub");
    ASSERT_TRUE(serves(trusting({"--public-key", keys.string()})));
    // Whoever stole it signs a version above all that will ever be.
    const auto trap = scratch.actor("4294967295.0.0", Good);
    auto statement = statementOf("4294967295.0.0", trap);
    statement.floor = "4294967295.0.0";
    ASSERT_TRUE(offer("4294967295.0.0", trap, envelopeOf(statement, {stolen}), "4294967295.0.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("4294967295.0.0"); }));
    server->withdraw(App, "4294967295.0.0");
    const auto next = scratch.actor("1.6.0", Good);
    ASSERT_TRUE(offer("1.6.0", next, envelopeOf(statementOf("1.6.0", next), {honest}), "which is not newer than"));

    auto list = listOf(1, {honest});
    list.expires = now() + 300 * Day;
    server->putBeside(App, "1.6.0", "keys-1.json", envelopeOf(list, {honest}));
    check();

    ASSERT_TRUE(baton->says("1.6.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.6.0"); }));
    const auto again = scratch.actor("1.7.0", Good);
    EXPECT_TRUE(offer("1.7.0", again, envelopeOf(statementOf("1.7.0", again), {stolen}),
                      "1.7.0 refused: its statement is not believed: none of the trusted keys"));
    EXPECT_EQ(stop(), 0);
    // And over a restart, with the stolen key still in the directory.
    restart();
    EXPECT_TRUE(eventually([this] { return isServing("1.6.0"); }));
    EXPECT_THAT(store().loadState()->trust->memory, HasSubstr(R"("version":1)"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreStillNeededWhenTheKeyIsLeftOut)
{
    ASSERT_TRUE(servesSigned());
    ASSERT_EQ(stop(), 0);
    start(trusting({}));
    ASSERT_TRUE(baton->says("nothing is installed until it is given again, or --require-signature no"));
    ASSERT_TRUE(baton->says("1.0.0 serves"));

    EXPECT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 refused: signatures are required here"));
    ASSERT_EQ(stop(), 0);

    start(trusting({"--require-signature", "no"}));
    EXPECT_TRUE(baton->says("SIGNATURES ARE GIVEN UP"));
    EXPECT_TRUE(baton->says("RELEASES ARE NOT SIGNED"));
    EXPECT_TRUE(baton->says("1.0.0 serves"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreNeededEvenWhenStateIsDamaged)
{
    mock::MockServerOptions options;
    options.signKeys = {honest};
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    ASSERT_EQ(stop(), 0);
    scratch.write("state/state.json", "{ damaged");

    start(trusting({}));

    EXPECT_TRUE(baton->says("nothing is installed until it is given again"));
    EXPECT_TRUE(baton->says("1.1.0 serves"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreNeededEvenWhenStateIsRemoved)
{
    mock::MockServerOptions options;
    options.signKeys = {honest};
    server = std::make_unique<mock::MockServer>(std::move(options));
    ASSERT_TRUE(servesSigned());
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 committed"));
    ASSERT_EQ(stop(), 0);
    fs::remove(state / "state.json");

    start(trusting({}));

    EXPECT_TRUE(baton->says("state.json is missing, and what else the directory tells takes its place"));
    EXPECT_TRUE(baton->says("nothing is installed until it is given again"));
    EXPECT_TRUE(baton->says("1.1.0 serves"));
    EXPECT_EQ(stop(), 0);
}

// An owner who asks for signatures means what is on its way, too.
TEST_F(SignedReleases, AreAskedForOfWhatIsOnProbationAlready)
{
    auto options = trusting({});
    options.probation = "60s";
    ASSERT_TRUE(serves(options));
    ASSERT_TRUE(update("1.1.0", scratch.actor("1.1.0", Good), "1.1.0 on probation beside 1.0.0"));
    baton->signal(SIGKILL);
    EXPECT_EQ(baton->end(), 128 + SIGKILL);

    start(trusting({"--public-key", keyFile(honest)}));

    EXPECT_TRUE(baton->says("1.1.0 was installed before signatures were asked for, and nobody signed it"));
    EXPECT_TRUE(eventually([this] { return isServing("1.0.0"); }));
    EXPECT_TRUE(eventually([this] { return !status().candidate; }));
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, AreMissedLoudlyWithoutAKey)
{
    ASSERT_TRUE(serves(trusting({})));
    EXPECT_THAT(baton->said(), HasSubstr("RELEASES ARE NOT SIGNED"));
    EXPECT_FALSE(status().signedBy);
    EXPECT_EQ(stop(), 0);
}

TEST_F(SignedReleases, SayHowOldTheNewestStatementIs)
{
    ASSERT_TRUE(servesSigned());
    const auto payload = scratch.actor("1.1.0", Good);
    auto statement = statementOf("1.1.0", payload);
    statement.issued = now() - 40 * Day;
    ASSERT_TRUE(offer("1.1.0", payload, envelopeOf(statement, {honest}), "1.1.0 committed"));
    ASSERT_TRUE(eventually([this] { return isServing("1.1.0"); }));
    EXPECT_EQ(status().signedBy->ageDays, 40);
    ASSERT_EQ(stop(), 0);
    auto later = store().loadState().value();
    later.trust->expires = printTimestamp(now() - Day); // As if that much time had passed.
    store().save(later);

    restart();

    EXPECT_TRUE(baton->says("the newest signed statement is 40 days old and ran out at"));
    EXPECT_TRUE(eventually([this] {
        const auto all = told();
        return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.ends_with(" code 51/40"); });
    }));
    EXPECT_EQ(stop(), 0);
}

// docs/examples/hello built with a key in it: a program that updates itself, and believes nobody else.
struct BuiltInKey : SignedReleases {
    void startSelf(std::vector<std::string> options = {})
    {
        std::vector<std::string> words{"hello-signed",  "--server", server->url(), "--app-id", App,
                                       "--app-version", "1.0.0"};
        words.insert(words.end(),
                     {"--state-dir", state.string(), "--listen", "web=127.0.0.1:0", "--probation", "100ms"});
        words.insert(words.end(), {"--jitter", "0s", "--interval", "1h"});
        words.insert(words.end(), options.begin(), options.end());
        baton.emplace(Command{SIGNED, std::move(words)}, scratch / "self.log");
    }

    verify::PrivateKey example =
        verify::PrivateKey::parse(readFile(EXAMPLE_KEY), []() -> std::optional<std::string> { return std::nullopt; });
};

TEST_F(BuiltInKey, IsBelievedAndNoOther)
{
    startSelf();
    ASSERT_TRUE(baton->says("1.0.0 serves"));
    const auto wrong = scratch.copyOf(SIGNED, "1.1.0");
    ASSERT_TRUE(offer("1.1.0", wrong, envelopeOf(statementOf("1.1.0", wrong), {honest}),
                      "1.1.0 refused: its statement is not believed"));
    const auto right = scratch.copyOf(SIGNED, "1.2.0");

    EXPECT_TRUE(offer("1.2.0", right, envelopeOf(statementOf("1.2.0", right), {example}), "1.2.0 committed"));
    EXPECT_EQ(stop(), 0);
}

TEST_F(BuiltInKey, TakesNoneFromTheCommandLine)
{
    startSelf({"--public-key", keyFile(honest)});
    EXPECT_EQ(baton->end(), 64);
    EXPECT_THAT(baton->said(), HasSubstr("has its keys built in and takes no others"));
    startSelf({"--require-signature", "no"});
    EXPECT_EQ(baton->end(), 64);
}

TEST_F(SignedReleases, WantKeysThatAreSome)
{
    const auto says = [this](std::vector<std::string> options) {
        start(trusting(std::move(options)));
        const auto code = baton->end();
        return std::to_string(code) + ": " + baton->said();
    };
    EXPECT_THAT(says({"--public-key", (scratch / "none").string()}),
                HasSubstr("66: baton: --public-key: there is no file"));
    EXPECT_THAT(says({"--public-key", scratch.write("private.pem", honest.pem({})).string()}),
                HasSubstr("65: baton: --public-key"));
    EXPECT_THAT(baton->said(), HasSubstr("it holds a private key"));
    EXPECT_THAT(says({"--require-signature", "yes"}), HasSubstr("64: "));
    EXPECT_THAT(says({"--require-signature", "no", "--public-key", keyFile(honest)}), HasSubstr("64: "));
    EXPECT_FALSE(fs::exists(state));
}

} // namespace
} // namespace baton::system
