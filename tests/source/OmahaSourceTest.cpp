#include "client/source/OmahaSource.h"

#include "protocol/Codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton;
using namespace baton::source;
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
    EXPECT_THAT(sentenceFor("gone", 404), HasSubstr("HTTP status 404"));
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

TEST_F(OmahaSourceTest, ALateEventSaysItsAge)
{
    Identity identity;
    identity.server = "http://h/";
    identity.appId = "web";
    OmahaSource source(identity, transport);

    ASSERT_TRUE(source.send({3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"}, std::chrono::seconds(5)));
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Request-Age"), "");
    ASSERT_TRUE(source.send({3, 2, 0, "1.1.0", "1.0.0", "1.1.0", "{s}"}, std::chrono::seconds(7200)));
    EXPECT_EQ(transport::headerOf(transport.sent, "X-Request-Age"), "7200");
}
