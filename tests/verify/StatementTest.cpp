#include "client/verify/Statement.h"

#include "tests/support/SignedStatements.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <functional>
#include <stdexcept>

namespace baton::verify {
namespace {

using baton::testing::enveloped;
using baton::testing::goodStatement;
using baton::testing::newKey;
using baton::testing::publicOf;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

Statement signedAndRead(const std::string& payload)
{
    static const auto key = newKey();
    return parseStatement(verify(parseEnvelope(enveloped(payload, {key})), {publicOf({key}), 1}).value());
}

std::string faultOf(const std::function<void(Json&)>& spoil)
{
    auto document = Json::parse(print(goodStatement()));
    spoil(document);
    try {
        signedAndRead(document.dump());
        return "none";
    } catch (const std::runtime_error& e) {
        return e.what();
    }
}

TEST(Statement, PrintsAndParses)
{
    auto statement = goodStatement();
    EXPECT_EQ(signedAndRead(print(statement)), statement);

    statement.packages.push_back({"assets.tar", 1, sha256Of("assets")});
    statement.tree = sha256Of("tree");
    statement.floor = "1.4.0";
    statement.allowDowngradeFrom = {"1.6.0"};
    statement.allowSetuid = {"bin/ping"};
    statement.deltas = {{sha256Of("old"), "web-1.4.0-1.5.0.bsdiff", "bsdiff40", 99803, sha256Of("delta")}};
    EXPECT_EQ(signedAndRead(print(statement)), statement);

    EXPECT_EQ(signedAndRead(R"({"later": true,)" + print(statement).substr(1)), statement);
}

TEST(Statement, IsRefusedWithTheNameOfWhatIsWrong)
{
    EXPECT_THAT(faultOf([](Json& s) { s["_type"] = "https://in-toto.io/Statement/v0.1"; }), HasSubstr("_type is"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicateType"] = "urn:baton:keys:1"; }), HasSubstr("predicateType is"));
    EXPECT_THAT(faultOf([](Json& s) { s["subject"] = Json::array(); }), HasSubstr("subject is empty"));
    EXPECT_THAT(faultOf([](Json& s) { s["subject"].push_back(s["subject"][0]); }), HasSubstr("twice"));
    EXPECT_THAT(faultOf([](Json& s) { s["subject"][0]["name"] = "../web"; }), HasSubstr("no plain name"));
    EXPECT_THAT(faultOf([](Json& s) { s["subject"][0]["digest"] = {{"sha1", "x"}}; }), HasSubstr("sha256 is missing"));
    EXPECT_THAT(faultOf([](Json& s) { s["subject"][0]["digest"]["sha256"] = std::string(64, 'A'); }),
                HasSubstr("no SHA-256"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["sizes"] = Json::object(); }), HasSubstr("is missing"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"].erase("appId"); }), HasSubstr("appId is missing"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["appId"] = "a\nb"; }), HasSubstr("control characters"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["version"] = "1/2"; }), HasSubstr("version is no version"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["tracks"] = "stable"; }), HasSubstr("tracks is no list"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["issued"] = "yesterday"; }), HasSubstr("issued is no time"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["expires"] = s["predicate"]["issued"]; }),
                HasSubstr("expires is not after issued"));
    EXPECT_THAT(faultOf([](Json& s) { s["predicate"]["floor"] = "no version"; }), HasSubstr("floor is no version"));
    EXPECT_THAT(faultOf([](Json& s) {
                    s["predicate"]["deltas"] = {{{"from", "x"}}};
                }),
                HasSubstr("from is no SHA-256"));
}

// 2^53 is where readers of JSON begin to disagree.
TEST(Statement, TakesNoSizeThatIsNone)
{
    const auto size = [](const Json& value) {
        return faultOf([&](Json& s) { s["predicate"]["sizes"]["web-1.5.0.tar.zst"] = value; });
    };
    EXPECT_EQ(size(1), "none");
    EXPECT_EQ(size(std::int64_t{1} << 53U), "none");
    EXPECT_THAT(size(0), HasSubstr("out of range"));
    EXPECT_THAT(size(-1), HasSubstr("out of range"));
    EXPECT_THAT(size((std::int64_t{1} << 53U) + 1), HasSubstr("out of range"));
    EXPECT_THAT(size(std::uint64_t{1} << 63U), HasSubstr("out of range"));
    EXPECT_THAT(size(1e30), HasSubstr("no whole number"));
    EXPECT_THAT(size(4711.0), HasSubstr("no whole number"));
    EXPECT_THAT(size("4711"), HasSubstr("no whole number"));
    EXPECT_THAT(size(nullptr), HasSubstr("no whole number"));
}

TEST(Statement, NamesNothingTwice)
{
    auto text = print(goodStatement());
    text.insert(text.find("\"version\""), "\"version\": \"9.9.9\", ");

    EXPECT_THROW(signedAndRead(text), std::runtime_error);
}

} // namespace
} // namespace baton::verify
