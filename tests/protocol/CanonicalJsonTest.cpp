#include "protocol/Codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

using namespace baton::protocol;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

namespace {

// What update_engine asks, and what a server of CoreUpdate's kind offers.
constexpr const char* Asked = R"(<?xml version="1.0" encoding="UTF-8"?>
<request protocol="3.0" version="update_engine-0.4.10" updaterversion="update_engine-0.4.10" installsource="scheduler" ismachine="1">
  <os version="Chateau" platform="CoreOS" sp="3510.2.8_x86_64"></os>
  <app appid="{2c3d}" version="1.4.0" track="stable" from_track="beta" bootid="{b}" oem="azure" oemversion="2" alephversion="1.0.0"
   machineid="6f0c" machinealias="web-7" lang="en-US" board="amd64-usr" hardware_class="" delta_okay="false" shoe_size="44">
    <ping active="1"></ping>
    <updatecheck targetversionprefix="1."></updatecheck>
    <event eventtype="3" eventresult="0" errorcode="2147483658" previousversion="1.3.0"></event>
    <event eventtype="13"></event>
  </app>
</request>)";

constexpr const char* Offered = R"(<?xml version="1.0" encoding="UTF-8"?>
<response protocol="3.0" server="s"><daystart elapsed_seconds="0"></daystart>
  <app appid="{2c3d}" status="ok"><ping status="ok"></ping><event status="ok"></event>
    <updatecheck status="ok" PollInterval="2700"><urls><url codebase="https://a/p/"></url><url codebase="https://b/p"></url></urls>
      <manifest version="1.5.0"><packages><package name="web" hash="qvTGHdzF6KLavt4PO0gs2a6pQ00=" size="5" required="false"></package></packages>
        <actions><action event="postinstall" sha256="LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" needsadmin="false"
         IsDeltaPayload="True" DisablePayloadBackoff="true" MaxFailureCountPerUrl="many" MetadataSize="7" DisplayVersion="one"></action></actions>
      </manifest></updatecheck></app></response>)";

json parsed(const Request& request) { return json::parse(encode(request, Form::Canonical)); }
json parsed(const Response& response) { return json::parse(encode(response, Form::Canonical)); }

} // namespace

TEST(CanonicalJson, SaysAllThatUpdateEngineAsks)
{
    EXPECT_EQ(parsed(decodeRequest(Asked)), json::parse(R"({"request": {
        "protocol": "3.0", "version": "update_engine-0.4.10", "updaterversion": "update_engine-0.4.10",
        "installsource": "scheduler", "ismachine": true,
        "os": {"platform": "CoreOS", "version": "Chateau", "sp": "3510.2.8_x86_64"},
        "app": [{"appid": "{2c3d}", "version": "1.4.0", "track": "stable", "from_track": "beta", "bootid": "{b}",
            "oem": "azure", "oemversion": "2", "alephversion": "1.0.0", "machineid": "6f0c", "machinealias": "web-7",
            "lang": "en-US", "board": "amd64-usr", "delta_okay": false, "ping": {"active": 1},
            "updatecheck": {"targetversionprefix": "1."},
            "event": [{"eventtype": 3, "eventresult": 0, "errorcode": 2147483658, "previousversion": "1.3.0"},
                      {"eventtype": 13}]}]}})"));
}

TEST(CanonicalJson, SaysAllThatAServerOffers)
{
    EXPECT_EQ(parsed(decodeResponse(Offered)), json::parse(R"({"response": {
        "protocol": "3.0", "server": "s", "daystart": {"elapsed_seconds": 0},
        "app": [{"appid": "{2c3d}", "status": "ok", "ping": {"status": "ok"}, "event": [{"status": "ok"}],
            "updatecheck": {"status": "ok", "PollInterval": 2700,
                "urls": {"url": [{"codebase": "https://a/p/"}, {"codebase": "https://b/p"}]},
                "manifest": {"version": "1.5.0",
                    "packages": {"package": [{"name": "web", "size": 5, "required": false,
                        "hash": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d"}]},
                    "actions": {"action": [{"event": "postinstall", "needsadmin": false, "IsDeltaPayload": true,
                        "DisablePayloadBackoff": true, "MetadataSize": 7, "DisplayVersion": "one",
                        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"}]}}}}]}})"));
}

TEST(CanonicalJson, LeavesOutWhatWasAbsentAndKeepsAnEmptyList)
{
    const std::string packages = R"(<packages><package name="p" size="1"/></packages>)";
    const auto manifestOf = [&](const std::string& rest) {
        const auto response = decodeResponse(
            R"(<response><app appid="a" status="ok"><updatecheck status="ok"><urls><url codebase="http://h/"/></urls>)"
            R"(<manifest version="1">)" +
            packages + rest + "</manifest></updatecheck></app></response>");
        return parsed(response)["response"]["app"][0]["updatecheck"]["manifest"];
    };

    EXPECT_EQ(manifestOf(""), json::parse(R"({"version": "1", "packages": {"package": [{"name": "p", "size": 1}]}})"));
    EXPECT_EQ(manifestOf("<actions/>")["actions"], json::parse(R"({"action": []})"));
    EXPECT_EQ(parsed(decodeRequest(R"(<request protocol="3.0"/>)")),
              json::parse(R"({"request": {"protocol": "3.0", "app": []}})"));
    EXPECT_EQ(parsed(decodeResponse("<response/>")), json::parse(R"({"response": {"app": []}})"));
}

TEST(CanonicalJson, KeepsWhatAnApplicationSaysOfAnyPartOfARequest)
{
    const auto request = json::parse(R"({"request": {
        "protocol": "3.1", "_a": {"b": [1, "two", null, {}]}, "hw": {"sse": true, "_h": 1.50}, "os": {"_o": []},
        "updater": [{"name": "other", "_u": "x"}],
        "app": [{"appid": "a", "_n": null, "_t": true, "data": [{"name": "untrusted", "#text": "t", "_d": {"": ""}}],
            "ping": {"ad": 7, "_p": [[[]]]}, "updatecheck": {"_c": "{}"},
            "event": [{"eventtype": 3, "_e": [{"apps": [], "apps ": "\u0001\u00e9"}]}]}]}})");

    EXPECT_EQ(parsed(decodeRequest(request.dump())), request);
}

TEST(CanonicalJson, KeepsWhatAServerSaysOfAnyPartOfAResponse)
{
    const auto response = json::parse(R"({"response": {
        "protocol": "4.0", "_r": {"urls": [{"url": "x"}]}, "daystart": {"_d": 1}, "systemrequirements": {"_s": [0]},
        "app": [{"appid": "a", "_a": {}, "data": [{"name": "install", "_x": null}], "ping": {"status": "error-ping"},
            "updatecheck": {"status": "ok", "nextversion": "2", "_c": {"_c": {}}, "urls": {"url": [{"codebase": "https://h/"}]},
                "actions": {"action": [{"type": "run", "run": "x", "_t": {}}]},
                "manifest": {"version": "2", "_m": [], "actions": {"action": [{"event": "install", "_i": false}]},
                    "packages": {"package": [{"name": "p", "_p": {"q": 1e3},
                        "metadata": {"content-type": "text/plain", "#text": "t", "_m": 1}}]}},
                "pipelines": [{"pipeline_id": "1", "_l": {}, "operations": [{"type": "xz", "_o": [null]}]}]}}]}})");

    EXPECT_EQ(parsed(decodeResponse(response.dump())), response);
}

// docs/protocol.md has the list.
TEST(CanonicalJson, LeavesOutWhatAnApplicationSaysOfAWordOrAList)
{
    const auto request = parsed(decodeRequest(R"({"request": {"protocol": "4.0", "app": [{"appid": "a",
        "disabled": [{"reason": 1, "_x": 1}], "cached_items": [{"sha256": "s", "_x": 1}],
        "cached_fingerprints": [{"fingerprint": "c", "_x": 1}], "fp": {"fingerprint": "f", "_x": 1},
        "packages": {"package": [{"fp": "p", "_x": 1}], "_x": 1}}]}})"));
    const auto response = parsed(decodeResponse(R"({"response": {"protocol": "4.0", "app": [{"appid": "a",
        "ping": {"_x": 1}, "event": [{"status": "ok", "_x": 1}], "updatecheck": {"status": "ok", "nextversion": "2",
        "urls": {"url": [{"codebase": "http://h/", "_x": 1}], "_x": 1}, "pipelines": [{"operations": [
            {"type": "puff", "out": {"sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", "_x": 1},
             "urls": [{"url": "http://h/p", "_x": 1}]}]}]}}]}})"));

    EXPECT_EQ(request.dump().find("_x"), std::string::npos) << request;
    EXPECT_EQ(response.dump().find("_x"), std::string::npos) << response;
    EXPECT_EQ(request["request"]["app"][0]["fp"], "f");
    EXPECT_EQ(response["response"]["app"][0]["ping"], json::object());
}

TEST(CanonicalJson, HasTheManifestAndThePipelinesOfAnOfferThatHasBoth)
{
    const auto both = decodeResponse(R"({"response": {"protocol": "4.0", "apps": [{"appid": "a", "updatecheck": {
        "status": "ok", "nextversion": "1.5.0", "urls": {"url": [{"codebase": "http://h/"}]},
        "manifest": {"version": "1.5.0", "packages": {"package": [{"name": "p", "size": 5}]}},
        "pipelines": [{"pipeline_id": "1", "operations": []}]}}]}})");

    const auto check = parsed(both)["response"]["app"][0]["updatecheck"];

    EXPECT_EQ(check["manifest"]["packages"]["package"][0]["name"], "p");
    EXPECT_EQ(check["pipelines"][0]["pipeline_id"], "1");
    EXPECT_EQ(decodeResponse(encode(both, Form::Canonical)), both);
}

TEST(CanonicalJson, ReadsWhatIsToBeDoneWhereverThreeOneHasIt)
{
    const auto actionsOf = [](const std::string& members) {
        return parsed(decodeResponse(R"({"response": {"protocol": "3.1", "app": [{"appid": "a", "updatecheck": {)" +
                                     members + "}}]}}"))["response"]["app"][0]["updatecheck"]["actions"]["action"];
    };
    const auto run = json::parse(R"([{"type": "run", "run": "a.exe", "arguments": "--x"}])");

    EXPECT_EQ(actionsOf(R"("status": "noupdate", "action": )" + run.dump()), run);
    EXPECT_EQ(actionsOf(R"("status": "noupdate", "actions": {"action": )" + run.dump() + '}'), run);
}

TEST(CanonicalJson, HasAnInstallSourceAsItCame)
{
    for (const std::string source : {"ondemandupdate", "ondemand", "scheduler", "scheduledtask", "organic", "other"}) {
        const auto xml = decodeRequest(R"(<request protocol="3.0" installsource=")" + source + "\"/>");
        const auto app = decodeRequest(R"({"request":{"protocol":"3.1","app":[{"appid":"a","installsource":")" +
                                       source + R"("}]}})");

        EXPECT_EQ(parsed(xml)["request"]["installsource"], source);
        EXPECT_EQ(parsed(app)["request"]["app"][0]["installsource"], source);
        EXPECT_EQ(decodeRequest(encode(xml, Form::Xml)), xml);
    }
}

TEST(CanonicalJson, IsTheSameTextForTheSameMessage)
{
    const auto request = decodeRequest(Asked);
    const auto response = decodeResponse(Offered);

    EXPECT_EQ(encode(decodeRequest(encode(request, Form::Xml)), Form::Canonical), encode(request, Form::Canonical));
    EXPECT_EQ(encode(decodeResponse(encode(response, Form::Xml)), Form::Canonical), encode(response, Form::Canonical));
    EXPECT_THAT(encode(response, Form::Canonical), HasSubstr("{\n  \"response\": {\n    \"protocol\": \"3.0\",\n"));
    EXPECT_EQ(encode(response, Form::Canonical).back(), '\n');
}

TEST(CanonicalJson, IsJsonWhateverTheBytes)
{
    Request request;
    request.version = "a\xff\"\n\x01z";

    const auto text = encode(request, Form::Canonical);

    EXPECT_EQ(json::parse(text)["request"]["version"], "a\uFFFD\"\n\u0001z");
    EXPECT_THAT(text, Not(HasSubstr("\xff")));
}
