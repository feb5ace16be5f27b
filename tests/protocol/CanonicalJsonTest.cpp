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
