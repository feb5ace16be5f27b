// What servers and clients in the field do that a decoder must take, or must not: one row each.
#include "protocol/Codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace baton::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* Hex = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
constexpr const char* Base64 = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

std::string xml(const std::string& inside, const std::string& attributes = R"( protocol="3.0")")
{
    return "<response" + attributes + ">" + inside + "</response>";
}

std::string app(const std::string& inside, const std::string& attributes = R"(appid="a" status="ok")")
{
    return xml("<app " + attributes + ">" + inside + "</app>");
}

// An offer of which one part is as the row says.
std::string offer(const std::string& package, const std::string& rest = "", const std::string& version = "1.5.0")
{
    return app(R"(<updatecheck status="ok"><urls><url codebase="http://h/"/></urls><manifest version=")" + version +
               R"("><packages><package )" + package + "/></packages>" + rest + "</manifest></updatecheck>");
}

std::string named(const std::string& name) { return offer("name=\"" + name + "\" size=\"5\""); }
std::string sized(const std::string& size) { return offer("name=\"p\" size=\"" + size + "\""); }
std::string hashed(const std::string& hash) { return offer("name=\"p\" size=\"5\" hash_sha256=\"" + hash + "\""); }

std::string at(const std::vector<std::string>& codebases)
{
    std::string urls;
    for (const auto& codebase : codebases) urls += "<url codebase=\"" + codebase + "\"/>";
    return app(
        R"(<updatecheck status="ok"><urls>)" + urls +
        R"(</urls><manifest version="1"><packages><package name="p" size="5"/></packages></manifest></updatecheck>)");
}

std::string piped(const std::string& urls)
{
    return R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok","nextversion":"1","pipelines":)"
           R"([{"operations":[{"type":"download","size":5,"out":{"sha256":")" +
           std::string(Hex) + R"("},"urls":)" + urls + "}]}]}}]}}";
}

std::string json(const std::string& apps) { return R"({"response":{"protocol":"3.1","app":)" + apps + "}}"; }

struct Trap {
    std::string what;
    std::string document;
    const char* refusal; ///< a part of the reason; null: it is taken
};

const std::vector<Trap>& responses()
{
    static const std::vector<Trap> Rows{
        {"sha256 in hex of any case", hashed(std::string(Hex).replace(1, 1, "C")), nullptr},
        {"sha256 in base64", hashed(Base64), nullptr},
        {"sha256 of another length", hashed("2cf2"), "hash_sha256"},
        {"the action's sha256 agrees",
         offer("name=\"p\" size=\"5\" hash_sha256=\"" + std::string(Hex) + '"',
               "<actions><action event=\"postinstall\" sha256=\"" + std::string(Base64) + "\"/></actions>"),
         nullptr},
        {"the action's sha256 differs",
         offer("name=\"p\" size=\"5\" hash_sha256=\"" + std::string(64, 'a') + '"',
               "<actions><action event=\"postinstall\" sha256=\"" + std::string(Base64) + "\"/></actions>"),
         "differs"},
        {"the only package is not required", offer(R"(name="p" size="5" required="false")"), nullptr},
        {"a name that is a path", named("a/b"), "name"},
        {"a name that is a parent", named(".."), "name"},
        {"a name that is a URL", named("https://x/"), "name"},
        {"a name with a query", named("a?b"), "name"},
        {"a name with an escape", named("a%2fb"), "name"},
        {"a name with a backslash", named("a\\b"), "name"},
        {"a name of 256 bytes", named(std::string(256, 'a')), "name"},
        {"no size, which a signed statement may say", offer("name=\"p\""), nullptr},
        {"an empty size", sized(""), "size"},
        {"a size of 0", sized("0"), "size"},
        {"a negative size", sized("-1"), "size"},
        {"a size with letters", sized("12abc"), "size"},
        {"a size with a blank", sized(" 12"), "size"},
        {"a size in hex", sized("0x10"), "size"},
        {"the largest size", sized("9223372036854775807"), nullptr},
        {"a size of 2^63", sized("9223372036854775808"), "size"},
        {"a codebase of any case", at({"HTTPS://h/"}), nullptr},
        {"a codebase of a socket of this machine", at({"unix:/run/x.sock:/p/"}), nullptr},
        {"a codebase with an IPv6 address and a port", at({"http://[::1]:8080/"}), nullptr},
        {"a codebase that nobody can ask beside one that can be", at({"ftp://h/", "", "http://h/"}), nullptr},
        {"a codebase of another scheme", at({"fuchsia-pkg://h/"}), "codebase that can be asked"},
        {"a codebase that is a file", at({"file:///etc/"}), "codebase that can be asked"},
        {"a codebase with a user and a password", at({"https://user:pw@host/"}), "without a user"},
        {"a codebase with a user", at({"http://user@host/"}), "without a user"},
        {"a codebase with an @ in its path", at({"http://host/@/"}), nullptr},
        {"a relative codebase", at({"/packages/", "packages/", "//h/"}), "codebase that can be asked"},
        {"a codebase without a host", at({"http:///p/", "https://", "http://:80/", "http:"}), "with a host"},
        {"a codebase with a blank", at({"http://h/a b/"}), "codebase that can be asked"},
        {"a codebase with a backslash", at({"http://h\\p/"}), "codebase that can be asked"},
        {"a codebase with a fragment", at({"http://h/#p"}), "codebase that can be asked"},
        {"a codebase that is no ASCII", at({"http://h\xC3\xA9/"}), "codebase that can be asked"},
        {"a unix address without a path", at({"unix:x.sock"}), "codebase that can be asked"},
        {"a flag in capitals", offer(R"(name="p" size="5" required="TRUE")"), nullptr},
        {"a flag that is none", offer(R"(name="p" size="5" required="yes")"), "required"},
        {"no protocol", xml("", ""), nullptr},
        {"another protocol", xml("", R"( protocol="2.0")"), "2.0"},
        {"4.0 in XML", xml("", R"( protocol="4.0")"), "4.0"},
        {"a default namespace", xml("", R"( protocol="3.0" xmlns="urn:x")"), nullptr},
        {"an app under a prefix is unknown", xml(R"(<x:app xmlns:x="urn:x"/>)"), nullptr},
        {"an attribute twice", app("", R"(appid="a" appid="a" status="ok")"), "well-formed"},
        {"an app twice", xml(R"(<app appid="a" status="ok"/><app appid="{A}" status="ok"/>)"), "twice"},
        {"two updatechecks", app(R"(<updatecheck status="noupdate"/><updatecheck status="noupdate"/>)"),
         "more than one"},
        {"two manifests",
         app(R"(<updatecheck status="ok"><urls><url codebase="http://h/"/></urls><manifest version="1"/>)"
             R"(<manifest version="2"/></updatecheck>)"),
         "more than one"},
        {"a DOCTYPE", "<!DOCTYPE response>" + xml(""), "DOCTYPE"},
        {"a byte order mark", "\xEF\xBB\xBF" + xml(""), nullptr},
        {"UTF-16", std::string("\xFF\xFE<\0", 4), "UTF-8"},
        {"another encoding", "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>" + xml(""), "UTF-8"},
        {"a NUL", std::string("<response protocol=\"3.0\"/>\0", 27), "NUL"},
        {"text behind the root", xml("") + "x", "well-formed"},
        {"blanks behind the root", xml("") + " \n", nullptr},
        {"noupdate with empty urls", app(R"(<updatecheck status="noupdate"><urls></urls></updatecheck>)"), nullptr},
        {"noupdate with a broken manifest", app(R"(<updatecheck status="noupdate"><manifest/></updatecheck>)"),
         nullptr},
        {"noupdate in another case", app(R"(<updatecheck status="NoUpdate"/>)"), nullptr},
        {"an app's error without updatecheck", app("", R"(appid="a" status="error-unknownApplication")"), nullptr},
        {"an error that nobody knows", app("", R"(appid="a" status="error-Whatever")"), nullptr},
        {"a word that nobody knows", app("", R"(appid="a" status="maybe")"), "nobody knows"},
        {"an app without a status", app("", R"(appid="a")"), "status"},
        {"two pings", app("<ping/><ping/>"), "more than one ping"},
        {"two daystarts", xml("<daystart/><daystart/>"), "more than one daystart"},
        {"two lists of urls", app(R"(<updatecheck status="ok"><urls/><urls/></updatecheck>)"), "more than one urls"},
        {"two lists of packages", offer(R"(name="p" size="5")", R"(<packages><package name="q" size="5"/></packages>)"),
         "more than one packages"},
        {"two lists of actions", offer(R"(name="p" size="5")", "<actions/><actions/>"), "more than one actions"},
        {"a NUL", xml(std::string(1, '\0')), "NUL"},
        {"a control character", xml("\x01"), "well-formed"},
        {"bad UTF-8 in XML", xml("\xC3("), "well-formed"},
        {"bad UTF-8 in JSON", json("[]") + "\xC3(", "well-formed"},
        {"ok without urls", app(R"(<updatecheck status="ok"><manifest version="1"/></updatecheck>)"), "codebase"},
        {"ok without a manifest",
         app(R"(<updatecheck status="ok"><urls><url codebase="http://h/"/></urls></updatecheck>)"), "manifest"},
        {"an empty document", "", "empty"},
        {"HTML", "<html></html>", "root"},
        {"SOAP", R"(<s:Envelope xmlns:s="x"/>)", "the document's root is s:Envelope, and no response"},
        {"a response under a prefix", R"(<x:response xmlns:x="x" protocol="3.0"/>)",
         "root is x:response, and no response"},
        {"daystart with a fraction", xml(R"(<daystart elapsed_days="7.5" elapsed_seconds="x"/>)"), nullptr},
        {"a version with a blank", offer("name=\"p\" size=\"5\"", "", "1 .5"), "version"},
        {"no version", offer("name=\"p\" size=\"5\"", "", ""), "version"},
        {"JSON behind its prefix", ")]}'\n" + json("[]"), nullptr},
        {"JSON behind its prefix without a newline", ")]}'" + json("[]"), nullptr},
        {"JSON: a key twice", R"({"response":{"protocol":"3.1","protocol":"3.1"}})", "twice"},
        {"JSON: app and apps", R"({"response":{"protocol":"4.0","app":[],"apps":[]}})", "twice"},
        {"JSON: no protocol", R"({"response":{"app":[]}})", "protocol"},
        {"JSON: a status may be missing", json(R"([{"appid":"a"}])"), nullptr},
        {"JSON: null is not said", json(R"([{"appid":"a","status":null}])"), nullptr},
        {"JSON: nested attributes of an application", json(R"([{"appid":"a","_x":{"y":[1,{"z":null}]}}])"), nullptr},
        {"JSON: text behind the object", json("[]") + "x", "JSON"},
        {"JSON: a list", "[]", "list"},
        {"JSON: a comment", "{/**/}", "JSON"},
        {"JSON: another root", R"({"request":{}})", "response"},
        {"4.0: a download without a digest",
         R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok","nextversion":"1","pipelines":)"
         R"([{"operations":[{"type":"download","size":1,"urls":[{"url":"http://h/"}]}]}]}}]}})",
         "out"},
        {"4.0: a download from nowhere", piped(R"([{"url":"ftp://h/p"},{"url":"https://u:p@h/p"},{"url":"p"}])"),
         "no url that can be asked"},
        {"4.0: a download without an address", piped("[]"), "no url that can be asked"},
        {"4.0: a download from here or from nowhere", piped(R"([{"url":"ftp://h/p"},{"url":"https://h/p"}])"), nullptr},
        {"4.0: a manifest beside pipelines that is none",
         R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok","nextversion":"1",)"
         R"("urls":{"url":[{"codebase":"http://h/"}]},"manifest":{"version":"1"},"pipelines":[{"operations":[]}]}}]}})",
         "no package"},
        {"JSON: another update check", json(R"([{"appid":"a","updatecheck":[{"status":"noupdate"},{"status":"ok"}]}])"),
         "more than one"},
        {"JSON: a key twice in an application's own object", json(R"([{"appid":"a","_x":{"y":1,"y":2}}])"), "twice"},
        {"noupdate with tasks that are none",
         json(R"([{"appid":"a","updatecheck":{"status":"noupdate","actions":[{},{"action":[{"sha256":"x"}]}]}}])"),
         nullptr},
        {"4.0: an operation that nobody knows",
         R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok","nextversion":"1","pipelines":)"
         R"([{"operations":[{"type":"magic"}]}]}}]}})",
         nullptr},
        {"4.0: an operation that nobody knows, with parts that have other forms",
         R"({"response":{"protocol":"4.0","apps":[{"appid":"a","updatecheck":{"status":"ok","nextversion":"1","pipelines":)"
         R"([{"operations":[{"type":"magic","size":0,"out":[{"sha256":"x"},{"sha256":"y"}]}]}]}}]}})",
         nullptr},
    };
    return Rows;
}

std::string event(const std::string& attributes)
{
    return R"(<request protocol="3.0"><app appid="a"><event )" + attributes + "/></app></request>";
}

std::string jsonEvent(const std::string& members)
{
    return R"({"request":{"protocol":"3.1","app":[{"appid":"a","event":[{)" + members + "}]}]}}";
}

const std::vector<Trap>& requests()
{
    static const std::vector<Trap> Rows{
        {"no protocol", "<request/>", "protocol"},
        {"an app without an id", R"(<request protocol="3.0"><app version="1"/></request>)", "appid"},
        {"a check and an event in one app",
         R"(<request protocol="3.0"><app appid="a"><ping/><updatecheck/><event eventtype="3"/></app></request>)",
         nullptr},
        {"an event without its type", event(R"(eventresult="1")"), "eventtype"},
        {"an event whose type is no number", event(R"(eventtype="x")"), "eventtype"},
        {"an event whose type has 32 bits", event(R"(eventtype="2147483648")"), "eventtype"},
        {"an event whose type is negative", event(R"(eventtype="-1")"), "eventtype"},
        {"an event whose result is no number", event(R"(eventtype="3" eventresult="good")"), "eventresult"},
        {"a flag that is none", R"(<request protocol="3.0"><app appid="a" delta_okay="maybe"/></request>)",
         "delta_okay"},
        {"an install date that is no number", R"(<request protocol="3.0"><app appid="a" installdate="May"/></request>)",
         "installdate"},
        {"two systems", R"(<request protocol="3.0"><os/><os/></request>)", "more than one os"},
        {"two machines", R"(<request protocol="3.0"><hw/><hw/></request>)", "more than one hw"},
        {"two checks of an app",
         R"(<request protocol="3.0"><app appid="a"><updatecheck/><updatecheck/></app></request>)", "more than one"},
        {"an app twice", R"(<request protocol="3.0"><app appid="a"/><app appid="{A}"/></request>)", "twice"},
        {"a type that no list has", event(R"(eventtype="4711" eventresult="77")"), nullptr},
        {"an error code with flag bits", event(R"(eventtype="3" eventresult="0" errorcode="-2147483614")"), nullptr},
        {"a version to force", R"(<request protocol="3.0"><app appid="a" version="ForcedUpdate"/></request>)", nullptr},
        {"JSON: a number as text", jsonEvent(R"("eventtype":"3","errorcode":"10")"), nullptr},
        {"JSON: a flag as a number", R"({"request":{"protocol":"3.1","ismachine":1,"app":[]}})", nullptr},
        {"JSON: a flag that is not known", R"({"request":{"protocol":"3.1","ismachine":-1,"app":[]}})", nullptr},
        {"JSON: an exponent", jsonEvent(R"("eventtype":3,"errorcode":1e3)"), "errorcode"},
        {"JSON: a fraction", jsonEvent(R"("eventtype":3,"errorcode":1.5)"), "errorcode"},
        {"JSON: more than 64 bits", jsonEvent(R"("eventtype":3,"errorcode":18446744073709551616)"), "errorcode"},
        {"JSON: one updater instead of a list", R"({"request":{"protocol":"3.1","updater":{"name":"o"},"app":[]}})",
         nullptr},
        {"JSON: fingerprints as 4.0's early draft has them",
         R"({"request":{"protocol":"4.0","app":[{"appid":"a","fp":{"fingerprint":"f"},"cached_fingerprints":)"
         R"([{"fingerprint":"c"}]}]}})",
         nullptr},
        {"JSON: plural names", R"({"request":{"protocol":"4.0","apps":[{"appid":"a","events":[{"eventtype":3}]}]}})",
         nullptr},
    };
    return Rows;
}

template <typename Decode>
std::string reasonFor(const std::string& document, const Decode& decode)
{
    try {
        decode(document);
        return {};
    } catch (const DecodeError& error) {
        return error.what();
    }
}

TEST(Trap, OfAResponseIsTakenOrRefusedForItsReason)
{
    for (const auto& trap : responses()) {
        const auto reason = reasonFor(trap.document, [](const auto& text) { decodeResponse(text); });
        if (trap.refusal == nullptr)
            EXPECT_EQ(reason, "") << trap.what;
        else
            EXPECT_THAT(reason, HasSubstr(trap.refusal)) << trap.what;
        EXPECT_EQ(reason.find('\n'), std::string::npos) << trap.what;
    }
}

TEST(Trap, OfARequestIsTakenOrRefusedForItsReason)
{
    for (const auto& trap : requests()) {
        const auto reason = reasonFor(trap.document, [](const auto& text) { decodeRequest(text); });
        if (trap.refusal == nullptr)
            EXPECT_EQ(reason, "") << trap.what;
        else
            EXPECT_THAT(reason, HasSubstr(trap.refusal)) << trap.what;
    }
}

TEST(Trap, StatusWordsAreKeptAsTheyWereSent)
{
    const auto response = decodeResponse(app(R"(<updatecheck status="NoUpdate"/>)", R"(appid="A" status="OK")"));

    EXPECT_EQ(response.apps.at(0).status, "OK");
    EXPECT_EQ(response.apps.at(0).updatecheck->status, "NoUpdate");
    EXPECT_EQ(response.apps.at(0).appid, "A");
}

TEST(Trap, OnlyAddressesThatCanBeAskedAreKept)
{
    const auto manifest = decodeResponse(at({"ftp://a/", "https://b/", "https://u@c/", "unix:/d", "e", "HTTP://f"}));
    const auto pipeline = decodeResponse(piped(R"([{"url":"x"},{"url":"https://a/p"},{"url":"https://u:p@b/p"}])"));

    EXPECT_THAT(manifest.apps.at(0).updatecheck->codebases, ElementsAre("https://b/", "unix:/d", "HTTP://f"));
    EXPECT_THAT(pipeline.apps.at(0).updatecheck->pipelines.at(0).operations.at(0).urls, ElementsAre("https://a/p"));
}

TEST(Trap, ThePasswordOfAnAddressIsInNoReason)
{
    const auto reason = reasonFor(at({"https://user:hunter2@h/"}), [](const auto& text) { decodeResponse(text); });

    EXPECT_EQ(reason.find("hunter2"), std::string::npos) << reason;
}

TEST(Trap, AMissingSizeIsNotSaidInAnyForm)
{
    auto response = decodeResponse(offer("name=\"p\""));
    EXPECT_EQ(response.apps.at(0).updatecheck->manifest->packages.at(0).size, 0);
    for (const auto form : {Form::Xml, Form::Json3, Form::Canonical}) {
        EXPECT_THAT(encode(response, form), ::testing::Not(HasSubstr("size")));
        EXPECT_EQ(decodeResponse(encode(response, form)), response);
    }
}

TEST(Trap, AnEmptyCohortIsSaidAndAMissingOneIsNot)
{
    EXPECT_EQ(decodeResponse(app("", R"(appid="a" status="ok" cohort="")")).apps.at(0).cohort, "");
    EXPECT_EQ(decodeResponse(app("")).apps.at(0).cohort, std::nullopt);
}

TEST(Trap, AnApplicationsOwnNumberIsPassedOnAsItWasWritten)
{
    for (const std::string number : {"1.50", "1e3", "-0.10", "123456789012345678901234567890"}) {
        const auto response = decodeResponse(json(R"([{"appid":"a","_x":)" + number + "}]"));

        EXPECT_EQ(response.apps.at(0).extras.at(0), (Extra{"_x", number, Kind::Number}));
        EXPECT_THAT(encode(response, Form::Json3), HasSubstr("\"_x\":" + number + '}'));
    }
}

} // namespace
} // namespace baton::protocol
