#include "tests/server-mock/Client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace baton::mock {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr const char* Release = "/mock/apps/web/releases/1.1.0";

std::optional<std::string> offeredTo(const MockServer& server, const std::string& version,
                                     const std::string& track = {})
{
    auto app = checkOf("web", version);
    app.track = track;
    const auto check = answerTo(server, app).updatecheck.value();
    return check.manifest ? std::optional(check.manifest->version) : std::nullopt;
}

TEST(Steering, OffersAtOnceWhatWasPut)
{
    MockServer server;

    EXPECT_EQ(ask(server, "PUT", Release, std::string(2'000'000, 'p')).status, 200);

    EXPECT_EQ(offeredTo(server, "1.0.0"), "1.1.0");
    const auto path = packagePath(server, answerTo(server, checkOf("web", "1.0.0")));
    EXPECT_EQ(path, "/packages/web/1.1.0/payload");
    EXPECT_TRUE(ask(server, "GET", path).body == std::string(2'000'000, 'p'));
}

TEST(Steering, PutsAPayloadWithItsNameOnATrackInThePlaceOfAnother)
{
    MockServer server;
    ask(server, "PUT", std::string(Release) + "?track=beta&name=first", "first");
    ask(server, "PUT", std::string(Release) + "?track=beta&name=web-1.1.0.tar", "second");
    auto app = checkOf("web", "1.0.0");
    app.track = "beta";

    EXPECT_EQ(offeredTo(server, "1.0.0"), std::nullopt);
    const auto path = packagePath(server, answerTo(server, app));
    EXPECT_EQ(path, "/packages/web/1.1.0/web-1.1.0.tar");
    EXPECT_EQ(ask(server, "GET", path).body, "second");
    EXPECT_EQ(ask(server, "GET", "/packages/web/1.1.0/first").status, 404);
}

TEST(Steering, TakesAnIdThatHasToBeEncoded)
{
    MockServer server;
    const std::string id = "io.example/web ü%41";

    ASSERT_EQ(ask(server, "PUT", "/mock/apps/io.example%2Fweb%20%C3%BC%2541/releases/1.1.0", "hello").status, 200);

    EXPECT_EQ(ask(server, "GET", packagePath(server, answerTo(server, checkOf(id, "1.0.0")))).body, "hello");
}

TEST(Steering, AddsPackagesToWhatIsPublished)
{
    MockServer server;
    const std::string add = std::string(Release) + "?add=true";

    EXPECT_EQ(ask(server, "PUT", add, "too early").status, 400);
    ASSERT_EQ(ask(server, "PUT", std::string(Release) + "?name=first", "1").status, 200);
    EXPECT_EQ(ask(server, "PUT", add + "&name=second", "22").body, "added to web 1.1.0\n");
    EXPECT_EQ(ask(server, "PUT", add + "&name=third&required=false", "333").status, 200);
    EXPECT_EQ(ask(server, "PUT", add + "&name=second", "again").status, 400);
    EXPECT_EQ(ask(server, "PUT", add + "&name=x&required=perhaps", "x").status, 400);

    const auto answer = answerTo(server, checkOf("web", "1.0.0"));
    const auto& packages = answer.updatecheck->manifest->packages;
    ASSERT_EQ(packages.size(), 3U);
    EXPECT_EQ(packages[1].size, 2);
    EXPECT_EQ(packages[1].hashSha256.size(), 64U);
    EXPECT_EQ(packages[1].required, true);
    EXPECT_EQ(packages[2].required, false);
    EXPECT_EQ(answer.updatecheck->manifest->actions->size(), 1U);
    EXPECT_EQ(ask(server, "GET", "/packages/web/1.1.0/second").body, "22");
    ask(server, "PUT", std::string(Release) + "?name=alone", "4");
    EXPECT_EQ(ask(server, "GET", "/packages/web/1.1.0/second").status, 404);
}

TEST(Steering, WithdrawsWhatWasPut)
{
    MockServer server;
    ask(server, "PUT", Release, "hello");
    ask(server, "PUT", "/mock/apps/web/releases/1.0.0?track=old", "hello");

    EXPECT_EQ(ask(server, "DELETE", std::string(Release) + "?track=beta").status, 404);
    EXPECT_EQ(ask(server, "DELETE", Release).status, 200);
    EXPECT_EQ(ask(server, "DELETE", Release).status, 404);
    EXPECT_EQ(offeredTo(server, "0.9.0"), std::nullopt);
    EXPECT_EQ(offeredTo(server, "0.9.0", "old"), "1.0.0");
}

TEST(Steering, RefusesWhatCannotBeOffered)
{
    MockServer server;

    for (const auto* path : {"/mock/apps/web/releases/newest", "/mock/apps/web/releases/1.1.0?name=a%2Fb",
                             "/mock/apps/%0a/releases/1.1.0", "/mock/apps/web/releases/1.1.0?track=%00"})
        EXPECT_EQ(ask(server, "PUT", path, "hello").status, 400) << path;
    EXPECT_EQ(ask(server, "PUT", Release).status, 400);
    EXPECT_THAT(sendRaw(server, std::string("PUT ") + Release + " HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr(" 400 "));
    EXPECT_THAT(sendRaw(server, std::string("PUT ") + Release + " HTTP/1.1\r\nContent-Length: 9\r\n\r\ncut"),
                HasSubstr(" 400 "));
    EXPECT_EQ(answerTo(server, checkOf("web", "1.0.0")).status, "error-unknownApplication");
}

TEST(Steering, ListsAllThatWasAskedAsJson)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");
    auto app = checkOf("web", "1.0.0");
    app.events = {{3, 0, 10, "1.0.0", "1.1.0"}};
    answerTo(server, app);
    ask(server, "GET", "/packages/web/1.1.0/payload", {}, {{"Range", "bytes=1-"}});
    ask(server, "POST", "/update", "no Omaha \xff");

    const auto reply = ask(server, "GET", "/mock/requests");
    const auto asked = json::parse(reply.body);

    EXPECT_EQ(reply.headers.at("Content-Type"), "application/json");
    ASSERT_EQ(asked.size(), 3U);
    EXPECT_EQ(asked[0]["on"], "check");
    EXPECT_EQ(asked[0]["method"], "POST");
    EXPECT_EQ(asked[0]["uri"], "/v1/update/");
    EXPECT_EQ(asked[0]["status"], 200);
    EXPECT_EQ(asked[0]["headers"]["Content-Type"], "text/xml");
    EXPECT_THAT(asked[0]["body"].get<std::string>(), HasSubstr("<request protocol=\"3.0\""));
    EXPECT_EQ(asked[0]["request"]["app"][0]["ping"], json({{"active", 1}}));
    EXPECT_EQ(asked[0]["request"]["app"][0]["event"],
              json::parse(R"([{"eventtype": 3, "eventresult": 0, "errorcode": 10, "previousversion": "1.0.0",
                               "nextversion": "1.1.0"}])"));
    EXPECT_EQ(asked[1]["on"], "package");
    EXPECT_EQ(asked[1]["headers"]["Range"], "bytes=1-");
    EXPECT_EQ(asked[1]["status"], 206);
    EXPECT_FALSE(asked[1].contains("request"));
    EXPECT_EQ(asked[2]["status"], 400);
    EXPECT_THAT(asked[2]["error"].get<std::string>(), HasSubstr("the document"));
    EXPECT_EQ(asked[2]["body"], "no Omaha \uFFFD");
}

TEST(Steering, TakesFaultsAndForgetsThem)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");

    const auto fault = R"({"next":2,"on":"check","what":"status","value":503})";
    EXPECT_EQ(ask(server, "POST", "/mock/faults", fault).status, 200);
    EXPECT_EQ(post(server, checkOf("web", "1.0.0")).status, 503);
    EXPECT_EQ(ask(server, "DELETE", "/mock/faults").status, 200);
    EXPECT_EQ(post(server, checkOf("web", "1.0.0")).status, 200);
}

TEST(Steering, RefusesAFaultThatItDoesNotKnow)
{
    MockServer server;
    server.publishBytes("web", "1.1.0", "hello");

    for (const auto* fault :
         {"", "[]", "{", "{}", R"({"on":"check"})", R"({"on":"event","what":"cut"})", R"({"on":"check","what":"burn"})",
          R"({"on":"check","what":"status"})", R"({"on":"check","what":"status","value":"503"})",
          R"({"on":"check","what":"status","value":99})", R"({"on":"check","what":"cut","value":-1})",
          R"({"on":"check","what":"cut","value":1.5})", R"({"on":"check","what":"cut","value":18446744073709551615})",
          R"({"next":0,"on":"check","what":"cut"})", R"({"next":true,"on":"check","what":"cut"})"}) {
        const auto reply = ask(server, "POST", "/mock/faults", fault);

        EXPECT_EQ(reply.status, 400) << fault;
        EXPECT_FALSE(reply.body.empty()) << fault;
    }
    EXPECT_EQ(ask(server, "POST", "/mock/faults", std::string(100'000, ' ')).status, 400);
    EXPECT_EQ(post(server, checkOf("web", "1.0.0")).status, 200);
}

TEST(Steering, SaysWhatThereIs)
{
    MockServer server;

    for (const auto* path :
         {"/mock", "/mock/", "/mock/apps", "/mock/apps/web/releases", "/mock/else", "/mock/faults/1"}) {
        const auto reply = ask(server, "GET", path);

        EXPECT_EQ(reply.status, 404) << path;
        EXPECT_THAT(reply.body, HasSubstr("/mock/requests"));
    }
    EXPECT_EQ(ask(server, "GET", Release).status, 405);
    EXPECT_EQ(ask(server, "PUT", "/mock/requests", "body").status, 405);
    EXPECT_EQ(ask(server, "GET", "/mock/faults").status, 405);
    EXPECT_EQ(ask(server, "GET", "/").status, 404);
}

} // namespace
} // namespace baton::mock
