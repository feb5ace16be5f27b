#include "protocol/Codec.h"
#include "protocol/Digest.h"
#include "protocol/Element.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace baton::protocol;
using ::testing::HasSubstr;

namespace {

constexpr const char* Hello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
constexpr const char* HelloBase64 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

std::string answer(const std::string& package, const std::string& action = "<action event=\"postinstall\"/>",
                   const std::string& version = "1.5.0")
{
    return R"(<response protocol="3.0"><app appid="a" status="ok"><updatecheck status="ok"><urls><url codebase="http://h/"/>)"
           R"(</urls><manifest version=")" +
           version + R"("><packages><package )" + package + "/></packages><actions>" + action +
           "</actions></manifest></updatecheck></app></response>";
}

std::string reasonFor(const std::string& text)
{
    try {
        decodeResponse(text);
        return "it was taken";
    } catch (const DecodeError& e) {
        return e.what();
    }
}

Request request()
{
    Request one;
    one.version = "baton-0.1.0";
    one.installsource = "scheduler";
    one.sessionid = "{s}";
    one.ismachine = true;
    one.os = {"linux", "6.1", {}, "x64"};
    AppRequest app;
    app.appid = "{app}\"<&>'";
    app.version = "1.4.0";
    app.track = "st\table\n";
    app.machineid = "6f0c";
    app.ping.emplace().active = 1;
    app.updatecheck.emplace();
    app.events = {{3, 0, -2147483614, "1.4.0", "1.5.0"}, {13, 1, {}, {}, {}}};
    one.apps.push_back(app);
    return one;
}

} // namespace

TEST(Xml, CarriesARequestThereAndBack) { EXPECT_EQ(decodeRequest(encode(request(), Form::Xml)), request()); }

TEST(Xml, CarriesAResponseThereAndBack)
{
    Response response;
    response.server = "baton";
    response.daystart = DayStart{7265, 43200};
    AppResponse app{"a", "ok", "ok", UpdateCheck{"ok", {"http://h/"}, Manifest{}, 2700}, {"ok"}};
    app.updatecheck->manifest->version = "1.5.0";
    app.updatecheck->manifest->packages = {{"web-1.5.0.tar.zst", 5, std::string(40, 'b'), Hello, true}};
    auto& action = app.updatecheck->manifest->actions.emplace().emplace_back();
    action.event = "postinstall";
    action.sha256 = Hello;
    action.disablePayloadBackoff = true;
    action.maxFailureCountPerUrl = 3;
    response.apps = {app, {"b", "error-unknownApplication", {}, {}, {}}};

    EXPECT_EQ(decodeResponse(encode(response, Form::Xml)), response);
    EXPECT_THAT(encode(response, Form::Xml), HasSubstr(HelloBase64));
}

TEST(Xml, FindsTheSha256WhereverServersPutIt)
{
    const std::string package = "name=\"p\" size=\"5\" ";
    for (const auto& text :
         {answer(package + "hash_sha256=\"" + Hello + '"'), answer(package + "hash_sha256=\"" + HelloBase64 + '"'),
          answer(package, std::string("<action event=\"postinstall\" sha256=\"") + HelloBase64 + "\"/>")})
        EXPECT_EQ(decodeResponse(text).apps.at(0).updatecheck->manifest->firstSha256(), Hello);
    EXPECT_EQ(decodeResponse(answer(package)).apps.at(0).updatecheck->manifest->firstSha256(), "");
}

TEST(Xml, RefusesAnOfferThatCannotBeTakenAtItsWord)
{
    const std::string sha = std::string("hash_sha256=\"") + Hello + '"';
    for (const auto* size : {"", "0", "-1", "12abc", " 12", "0x10", "9223372036854775808", "18446744073709551616"})
        EXPECT_THAT(reasonFor(answer(std::string("name=\"p\" size=\"") + size + "\" " + sha)), HasSubstr("size"));
    for (const auto* name : {"", ".", "..", "a/b", "a\\b", "a?b", "a#b", "a%2fb", "a b"})
        EXPECT_THAT(reasonFor(answer(std::string("size=\"5\" name=\"") + name + "\" " + sha)), HasSubstr("name"));
    EXPECT_THAT(reasonFor(answer("name=\"p\" size=\"5\" hash_sha256=\"abc\"")), HasSubstr("hash_sha256"));
    EXPECT_THAT(reasonFor(answer("name=\"p\" size=\"5\" " + sha,
                                 "<action event=\"postinstall\" sha256=\"" + std::string(64, 'a') + "\"/>")),
                HasSubstr("differs"));
    EXPECT_THAT(reasonFor(answer("name=\"p\" size=\"5\" " + sha, "", "../../etc")), HasSubstr("version"));
}

TEST(Xml, RefusesWhatIsCleverOrTooMuch)
{
    EXPECT_THAT(reasonFor("<!DOCTYPE r [<!ENTITY e 'boo'>]><response protocol=\"3.0\"/>"), HasSubstr("DOCTYPE"));
    std::string deep;
    for (int i = 0; i < 17; ++i) deep += "<response>";
    EXPECT_THAT(reasonFor(deep), HasSubstr("deeper"));
    std::string wide = "<response>";
    for (int i = 0; i < 1'001; ++i) wide += "<a/>";
    EXPECT_THAT(reasonFor(wide + "</response>"), HasSubstr("1000"));
    std::string crowd = "<response protocol=\"3.0\">";
    for (int i = 0; i < 257; ++i) crowd += "<app appid=\"" + std::to_string(i) + "\" status=\"ok\"/>";
    EXPECT_THAT(reasonFor(crowd + "</response>"), HasSubstr("256 apps"));
    std::string broad = "<response";
    for (int i = 0; i < 65; ++i) broad += " a" + std::to_string(i) + "=\"\"";
    EXPECT_THAT(reasonFor(broad + "/>"), HasSubstr("64 attributes"));
    EXPECT_THAT(reasonFor(std::string(LongestDocument + 1, ' ')), HasSubstr("512 KiB"));
    EXPECT_THAT(reasonFor("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><response protocol=\"3.0\"/>"),
                HasSubstr("UTF-8"));
    for (const auto* text : {"", "<html>", "<response protocol=\"3.0\"/>junk", "<response a=\"1\" a=\"2\"/>",
                             "<request/>", "<response protocol=\"4.0\"/>", "<response protocol=\"3.0\" x=\"\xff\"/>"})
        EXPECT_NE(reasonFor(text), "it was taken") << text;
}

TEST(Xml, IgnoresWhatItDoesNotKnow)
{
    const auto response = decodeResponse(
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?><response protocol=\"3.0\" xmlns:o=\"urn:o\" new=\"1\">"
        "<o:app appid=\"evil\" status=\"ok\"><app appid=\"worse\" status=\"ok\"/></o:app><new><app/></new>"
        "<daystart elapsed_seconds=\"x\"/><app appid=\"a\" o:appid=\"b\" status=\"ok\">text"
        "<updatecheck status=\"noupdate\"><urls></urls></updatecheck></app></response>");

    ASSERT_EQ(response.apps.size(), 1U);
    EXPECT_EQ(response.apps[0].appid, "a");
    EXPECT_EQ(response.apps[0].updatecheck->status, "noupdate");
    EXPECT_FALSE(response.daystart);
}

TEST(Digest, ReadsHexAndBase64OfExactlyItsLength)
{
    EXPECT_EQ(readDigest("2CF24DBA5FB0A30E26E83B2AC5B9E29E1B161E5C1FA7425E73043362938B9824", Sha256Bytes), Hello);
    EXPECT_EQ(readDigest(HelloBase64, Sha256Bytes), Hello);
    EXPECT_EQ(readDigest("qvTGHdzF6KLavt4PO0gs2a6pQ00=", Sha1Bytes), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    EXPECT_EQ(toBase64(Hello), HelloBase64);
    EXPECT_EQ(toBase64("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"), "qvTGHdzF6KLavt4PO0gs2a6pQ00=");
    for (const auto* text :
         {"", "abc", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ==", "LPJNul-wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="})
        EXPECT_FALSE(readDigest(text, Sha256Bytes)) << text;
}
