#include "client/source/OmahaSource.h"

#include "protocol/Codec.h"
#include "tests/support/CupPair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::source;
using ::testing::EndsWith;
using ::testing::HasSubstr;

namespace {

// Answers each post with the same, and keeps what came.
struct OneAnswer : transport::Transport {
    Result<transport::HttpReply> post(const transport::Url& url, const transport::Headers& headers,
                                      const std::string& body) override
    {
        asked = transport::print(url);
        sent = headers;
        text = body;
        return reply;
    }
    Result<Done> get(const transport::Url&, const transport::Headers&, transport::Receiver&) override
    {
        return Failure{};
    }
    transport::HttpReply reply;
    std::string asked;
    transport::Headers sent;
    std::string text;
};

struct OmahaSourceTest : ::testing::Test {
    OmahaSourceTest() { transport.reply.status = 200; }

    Checked ask(const std::string& server, const std::string& body, Dialect dialect = Dialect::Auto)
    {
        Identity identity;
        identity.server = server;
        identity.appId = "Web";
        identity.dialect = dialect;
        transport.reply.body = body;
        return OmahaSource(identity, transport).check({"1.0.0", "{s}", Asker::Schedule, {}});
    }
    std::string sentenceFor(const std::string& body, int status = 200)
    {
        transport.reply.status = status;
        const auto checked = ask("http://h/", body);
        return checked.answer ? "it was taken" : checked.answer.error().detail;
    }

    OneAnswer transport;
};

constexpr const char* Nothing =
    R"(<response protocol="3.0"><daystart elapsed_days="7265"/><app appid="web" status="ok">)"
    R"(<updatecheck status="noupdate" PollInterval="600"/></app></response>)";

} // namespace

TEST_F(OmahaSourceTest, ReadsAnAnswerInWhateverFormItComes)
{
    const auto xml = ask("http://127.0.0.1/", Nothing);
    const auto json = ask("https://h/x", ")]}'\n"
                                         R"({"response":{"protocol":"3.1","app":[{"appid":"WEB","cohort":"c",)"
                                         R"("updatecheck":{"status":"noupdate"}}]}})");

    ASSERT_TRUE(xml.answer && json.answer);
    EXPECT_TRUE(std::holds_alternative<NoUpdate>(*xml.answer));
    EXPECT_TRUE(std::holds_alternative<NoUpdate>(*json.answer));
    EXPECT_EQ(xml.pollInterval, std::chrono::seconds(600));
    EXPECT_EQ(xml.remembered.lastDay, 7265);
    EXPECT_EQ(json.remembered.cohort, "c");
}

TEST_F(OmahaSourceTest, AsksInTheFormThatTheServerSpeaks)
{
    ask("http://h", Nothing);
    EXPECT_EQ(transport.asked, "http://h/v1/update/");
    EXPECT_EQ(protocol::formOf(transport.text, "3.0"), protocol::Form::Xml);
    EXPECT_EQ(transport::headerOf(transport.sent, "content-type"), "text/xml; charset=utf-8");

    ask("http://h/service/update2/json?a=b", Nothing);
    EXPECT_EQ(transport.asked, "http://h/service/update2/json?a=b");
    EXPECT_EQ(protocol::decodeRequest(transport.text).protocol, "3.1");
    EXPECT_EQ(transport::headerOf(transport.sent, "content-type"), "application/json");

    ask("http://h/", Nothing, Dialect::Json4);
    EXPECT_EQ(protocol::decodeRequest(transport.text).protocol, "4.0");
    EXPECT_THAT(transport.text, HasSubstr("\"apps\":["));
}

TEST_F(OmahaSourceTest, EveryAnswerThatIsNoneHasItsSentence)
{
    EXPECT_THAT(sentenceFor("<!DOCTYPE html><html>Sign in</html>"), HasSubstr("HTML page"));
    EXPECT_THAT(sentenceFor("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), HasSubstr("could not read our request"));
    EXPECT_THAT(sentenceFor(""), HasSubstr("the answer is empty"));
    EXPECT_THAT(sentenceFor("<response protocol=\"2.0\"/>"), HasSubstr("\"2.0\""));
    EXPECT_THAT(sentenceFor("{\"request\":{}}"), HasSubstr("no response"));
    EXPECT_THAT(sentenceFor("<response protocol=\"3.0\"><app appid=\"other\" status=\"ok\"/></response>"),
                HasSubstr("does not speak of the app Web"));
    EXPECT_THAT(sentenceFor("gone", 404), HasSubstr("HTTP status 404: Omaha is not there; check the path"));
    EXPECT_THAT(sentenceFor("what?", 400), HasSubstr("HTTP status 400: it does not take our request"));
    EXPECT_THAT(sentenceFor("who?", 401), HasSubstr("HTTP status 401: it wants to know who asks"));
    EXPECT_THAT(sentenceFor("oops", 503), HasSubstr("HTTP status 503: it is in trouble"));
    EXPECT_THAT(sentenceFor("teapot", 418), EndsWith("HTTP status 418"));
    transport.reply.headers = {{"Retry-After", "7200"}};
    EXPECT_THAT(sentenceFor("slower", 429), HasSubstr("HTTP status 429: it is asked too often; Retry-After: 7200"));
}

TEST_F(OmahaSourceTest, ARefusalInTheBodyWinsOverTheStatus)
{
    transport.reply.status = 400;
    const auto checked =
        ask("http://h/", R"(<response protocol="3.0"><app appid="web" status="error-unknownApplication"/></response>)");

    ASSERT_TRUE(checked.answer);
    EXPECT_THAT(std::get<Refused>(*checked.answer).reason.detail, HasSubstr("--app-id"));
}

TEST_F(OmahaSourceTest, AFailureForgetsNothing)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "web";
    transport.reply.body = "nonsense";
    Question question{"1.0.0", "{s}", Asker::Schedule, {}};
    question.remembered.cohort = "kept";

    EXPECT_EQ(OmahaSource(identity, transport).check(question).remembered.cohort, "kept");
}

namespace {

// Signs what it answers, as a server does that has the key.
struct Signer : OneAnswer {
    Result<transport::HttpReply> post(const transport::Url& url, const transport::Headers& headers,
                                      const std::string& body) override
    {
        (void)OneAnswer::post(url, headers, body);
        const auto cup2key = protocol::cup2keyOf(url.target.substr(url.target.find('?') + 1));
        asks = cup2key.value_or("nothing");
        auto signedReply = reply;
        const auto proof = protocol::prove(protocol::CupKey::privateKey(pair.privatePem), {body, asks, proven});
        signedReply.headers.emplace_back(header, '"' + proof + '"');
        said = signedReply;
        return signedReply;
    }
    baton::testing::CupPair pair;
    std::string proven; ///< the answer that the proof is for
    std::string header = "ETag";
    std::string asks;
    transport::HttpReply said;
};

struct CupTest : ::testing::Test {
    CupTest()
    {
        signer.reply.status = 200;
        signer.reply.body = signer.proven = Nothing;
        signer.reply.headers.emplace_back("X-Retry-After", "600");
        identity.server = "http://h.example/u";
        identity.appId = "web";
        identity.cupKeys.emplace(7, protocol::CupKey::publicKey(signer.pair.publicPem));
    }
    Checked ask() { return OmahaSource(identity, signer).check({"1.0.0", "{s}", Asker::Schedule, {}}); }

    Signer signer;
    Identity identity;
};

} // namespace

TEST_F(CupTest, BelievesWhatIsProvenOverPlainHttp)
{
    for (const auto* header : {"ETag", "X-Cup-Server-Proof"}) {
        signer.header = header;
        const auto checked = ask();

        ASSERT_TRUE(checked.answer) << checked.answer.error().detail;
        EXPECT_TRUE(checked.trusted);
        EXPECT_EQ(checked.remembered.lastDay, 7265);
        EXPECT_THAT(signer.asked, HasSubstr("/u?cup2key=7:"));
    }
}

TEST_F(CupTest, AsksForTheNewestKeyAndWithANewNonceEachTime)
{
    identity.cupKeys.emplace(6, protocol::CupKey::publicKey(baton::testing::CupPair().publicPem));
    ASSERT_TRUE(ask().answer);
    const auto first = signer.asks;
    ASSERT_TRUE(ask().answer);

    EXPECT_TRUE(first.starts_with("7:"));
    EXPECT_NE(first, signer.asks);
}

TEST_F(CupTest, AnAnswerWithoutItsProofIsNoAnswer)
{
    signer.proven += ' ';
    const auto changed = ask();
    signer.proven = signer.reply.body;
    signer.header = "X-Other";
    const auto stripped = ask();

    for (const auto& checked : {changed, stripped}) {
        ASSERT_FALSE(checked.answer);
        EXPECT_THAT(checked.answer.error().detail, HasSubstr("is not believed"));
        EXPECT_EQ(checked.retryAfter, "") << "nothing of it is believed";
        EXPECT_FALSE(checked.remembered.lastDay);
        EXPECT_FALSE(checked.trusted);
    }
}

TEST_F(CupTest, APageWithoutAProofIsACaptivePortal)
{
    signer.header = "X-Other";
    signer.reply.body = "<html>Sign in</html>";

    EXPECT_THAT(ask().answer.error().detail, HasSubstr("captive portal"));
}

TEST_F(CupTest, AnErrorWithoutAProofKeepsItsStatusAndSilencesNobody)
{
    signer.header = "X-Other";
    signer.reply.status = 503;
    const auto checked = ask();

    EXPECT_EQ(checked.answer.error().code, code::HttpStatusBase + 503);
    EXPECT_FALSE(checked.trusted) << "so that its Retry-After is not obeyed";
    EXPECT_TRUE(checked.overloaded);
}

TEST_F(CupTest, AnAnswerThatCameBeforeProvesNothing)
{
    ASSERT_TRUE(ask().answer);
    OneAnswer again;
    again.reply = signer.said;

    const auto checked = OmahaSource(identity, again).check({"1.0.0", "{s}", Asker::Schedule, {}});

    ASSERT_FALSE(checked.answer);
    EXPECT_THAT(checked.answer.error().detail, HasSubstr("is not believed: its proof is for another question"));
    EXPECT_FALSE(checked.trusted);
}

TEST_F(CupTest, AnEventIsToldWhenItsAnswerIsProven)
{
    OmahaSource source(identity, signer);
    const Event event{3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"};

    EXPECT_TRUE(source.send(event, std::chrono::seconds(0)).taken);
    EXPECT_TRUE(signer.asks.starts_with("7:"));
    signer.header = "X-Other";
    const auto unproven = source.send(event, std::chrono::seconds(0));
    EXPECT_FALSE(unproven.taken) << "somebody on the way may have swallowed it";
    EXPECT_TRUE(unproven.answered);
    EXPECT_TRUE(unproven.unproven);
    signer.reply.status = 400;
    EXPECT_TRUE(source.send(event, std::chrono::seconds(0)).unproven) << "an error is as easily made up";
    signer.reply.status = 404;
    const auto stranger = source.send(event, std::chrono::seconds(0));
    EXPECT_FALSE(stranger.taken);
    EXPECT_FALSE(stranger.unproven) << "the server has not heard it, so it is no server without proofs";
}

TEST_F(OmahaSourceTest, AnEventWaitsWhileSomebodyBeforeTheServerAnswers)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "web";
    const auto sent = [&](int status, const std::string& body) {
        transport.reply.status = status;
        transport.reply.body = body;
        const Event event{3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"};
        return OmahaSource(identity, transport).send(event, std::chrono::seconds(0));
    };

    for (const int status : {301, 302, 303, 401, 403, 404, 405, 407, 408}) {
        EXPECT_FALSE(sent(status, "").taken) << status;
        EXPECT_TRUE(sent(status, "").answered) << status;
    }
    const auto portal = sent(200, "<!DOCTYPE html><html>Welcome to our hotel</html>");
    ASSERT_FALSE(portal.taken);
    EXPECT_THAT(portal.taken.error().detail, HasSubstr("captive portal"));
    for (const int status : {200, 204, 400, 410, 413, 422}) EXPECT_TRUE(sent(status, "").taken) << status;
}

TEST_F(OmahaSourceTest, AnEventIsNotTakenByAServerThatHasTooMuchToDo)
{
    Identity identity;
    identity.server = "https://h/";
    identity.appId = "web";
    for (const int status : {429, 500, 503}) {
        transport.reply.status = status;
        transport.reply.headers = {{"Retry-After", "70"}};
        const Event event{3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"};
        const auto sent = OmahaSource(identity, transport).send(event, std::chrono::seconds(0));
        EXPECT_FALSE(sent.taken) << status;
        EXPECT_TRUE(sent.answered && sent.trusted) << status;
        EXPECT_EQ(sent.retryAfter, "70") << status;
    }
}

TEST_F(OmahaSourceTest, HearsAProxyAskToStayAwayWhereOmahasOwnHeaderSaysNothing)
{
    Identity identity;
    identity.server = "https://h/";
    identity.appId = "web";
    const auto asks = [&](const std::string& omaha) {
        transport.reply.headers = {{"Retry-After", "70"}, {"X-Retry-After", omaha}};
        return OmahaSource(identity, transport).check({}).retryAfter;
    };

    EXPECT_EQ(asks("600"), "600");
    EXPECT_EQ(asks("Mon, 23 Nov 2026 17:00:00 GMT"), "Mon, 23 Nov 2026 17:00:00 GMT");
    for (const auto* unreadable : {"", "soon", "-1", "1.5"}) EXPECT_EQ(asks(unreadable), "70") << unreadable;
}

TEST_F(OmahaSourceTest, ALateEventSaysItsAge)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "web";
    OmahaSource source(identity, transport);

    ASSERT_TRUE(source.send({3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"}, std::chrono::seconds(5)).taken);
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Request-Age"), "");
    ASSERT_TRUE(source.send({3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"}, std::chrono::seconds(7200)).taken);
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Request-Age"), "7200");
}

TEST_F(OmahaSourceTest, AsksForSeveralAppsInOneRequestAndReadsEachAnswer)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "Web";
    identity.attributes = {{"ap", "beta"}};
    transport.reply.body = "<response protocol=\"3.0\"><app appid=\"io.words\" status=\"error-unknownApplication\"/>"
                           "<app appid=\"web\" status=\"ok\"><updatecheck status=\"noupdate\"/></app>"
                           "<app appid=\"io.maps\" status=\"ok\" cohort=\"m\"><updatecheck status=\"noupdate\"/></app>"
                           "</response>";
    Question question{"1.0.0", "{s}", Asker::Schedule, {}};
    question.others = {{"io.maps", "7.0.0"}, {"io.words", "2.0.0"}, {"io.lost", "0.0.0"}};

    const auto checked = OmahaSource(identity, transport).check(question);

    const auto request = protocol::decodeRequest(transport.text);
    ASSERT_EQ(request.apps.size(), 4U);
    EXPECT_EQ(request.apps[1].appid, "io.maps");
    EXPECT_EQ(request.apps[1].version, "7.0.0");
    EXPECT_TRUE(request.apps[1].updatecheck && request.apps[1].ping);
    EXPECT_EQ(request.apps[0].ap, "beta");
    EXPECT_EQ(request.apps[1].ap, "");
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Goog-Update-AppId"), "Web,io.maps,io.words,io.lost");
    EXPECT_TRUE(std::holds_alternative<NoUpdate>(checked.answer.value()));
    ASSERT_EQ(checked.others.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<NoUpdate>(checked.others[0].answer.value()));
    EXPECT_EQ(checked.others[0].remembered.cohort, "m");
    EXPECT_THAT(std::get<Refused>(checked.others[1].answer.value()).reason.detail,
                HasSubstr("it does not know this app: check --also-app"));
    EXPECT_THAT(checked.others[2].answer.error().detail,
                HasSubstr("does not speak of the app io.lost: check --also-app"));
}

TEST_F(OmahaSourceTest, TellsAnEventOfTheAppThatItIsOf)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "web";
    Event event{3, 2, 0, "7.0.0", "6.0.0", "7.0.0", "{s}"};
    event.appId = "io.maps";

    ASSERT_TRUE(OmahaSource(identity, transport).send(event, std::chrono::seconds(0)).taken);

    const auto request = protocol::decodeRequest(transport.text);
    ASSERT_EQ(request.apps.size(), 1U);
    EXPECT_EQ(request.apps[0].appid, "io.maps");
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Goog-Update-AppId"), "io.maps");
}
