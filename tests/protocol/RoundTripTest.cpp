#include "protocol/Codec.h"
#include "tests/protocol/Generated.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace baton::protocol {
namespace {

constexpr unsigned Seeds = 400;

// An offer that a form cannot say is no offer that it decodes.
bool isSayable(const Response& response, Form form)
{
    return std::none_of(response.apps.begin(), response.apps.end(), [&](const AppResponse& app) {
        const bool offers = app.updatecheck && app.updatecheck->status == "ok";
        return offers && (form == Form::Json4 ? app.updatecheck->pipelines.empty() : !app.updatecheck->manifest);
    });
}

template <typename Message>
Message in(Message message, Form form)
{
    message.protocol = protocolOf(form);
    return message;
}

TEST(RoundTrip, TheCanonicalFormLosesNothingOfARequest)
{
    for (unsigned seed = 0; seed < Seeds; ++seed) {
        const auto request = in(generatedRequest(seed), Form::Canonical);
        EXPECT_EQ(decodeRequest(encode(request, Form::Canonical)), request) << encode(request, Form::Canonical);
    }
}

TEST(RoundTrip, TheCanonicalFormLosesNothingOfAResponse)
{
    for (unsigned seed = 0; seed < Seeds; ++seed) {
        const auto response = in(generatedResponse(seed), Form::Canonical);
        EXPECT_EQ(decodeResponse(encode(response, Form::Canonical)), response) << encode(response, Form::Canonical);
    }
}

TEST(RoundTrip, EachFormCarriesWhatItCanSayOfARequest)
{
    for (unsigned seed = 0; seed < Seeds; ++seed) {
        const auto xml = sayableInXml(in(generatedRequest(seed), Form::Xml));
        const auto json3 = sayableInJson3(in(generatedRequest(seed), Form::Json3));
        const auto json4 = in(generatedRequest(seed), Form::Json4);

        EXPECT_EQ(decodeRequest(encode(in(generatedRequest(seed), Form::Xml), Form::Xml)), xml) << seed;
        EXPECT_EQ(decodeRequest(encode(in(generatedRequest(seed), Form::Json3), Form::Json3)), json3) << seed;
        EXPECT_EQ(decodeRequest(encode(json4, Form::Json4)), json4) << seed;
    }
}

TEST(RoundTrip, EachFormCarriesWhatItCanSayOfAResponse)
{
    int carried = 0;
    for (unsigned seed = 0; seed < Seeds; ++seed) {
        for (const auto form : {Form::Xml, Form::Json3, Form::Json4}) {
            const auto whole = in(generatedResponse(seed), form);
            const auto sayable = form == Form::Xml     ? sayableInXml(whole)
                                 : form == Form::Json3 ? sayableInJson3(whole)
                                                       : sayableInJson4(whole);
            if (!isSayable(sayable, form)) {
                EXPECT_THROW(decodeResponse(encode(whole, form)), DecodeError) << seed;
                continue;
            }
            ++carried;
            EXPECT_EQ(decodeResponse(encode(whole, form)), sayable) << encode(whole, form);
        }
    }
    EXPECT_GT(carried, 300);
}

Request asked(const std::string& version, Extras extras = {})
{
    Request request;
    request.version = version;
    request.extras = std::move(extras);
    return request;
}

TEST(RoundTrip, XmlTurnsCharactersThatItDoesNotHaveIntoQuestionMarks)
{
    std::string controls;
    std::string seen;
    for (char c = 1; c < 0x20; ++c) {
        controls += c;
        seen += c == '\t' || c == '\n' || c == '\r' ? c : '?';
    }

    EXPECT_EQ(decodeRequest(encode(asked('a' + controls + 'z'), Form::Xml)).version, 'a' + seen + 'z');
    EXPECT_EQ(decodeRequest(encode(asked(std::string(1, '\0')), Form::Xml)).version, "?");
    EXPECT_EQ(decodeRequest(encode(asked("\uFFFE|\uFFFF|\uFFFD|\x7F"), Form::Xml)).version, "?|?|\uFFFD|\x7F");
    for (const auto form : {Form::Json3, Form::Json4, Form::Canonical})
        EXPECT_EQ(decodeRequest(encode(in(asked('a' + controls + "\uFFFE"), form), form)).version,
                  'a' + controls + "\uFFFE");
}

TEST(RoundTrip, XmlLeavesOutNamesThatItDoesNotHave)
{
    const Extras extras{{"_ok-1.x", "1", Kind::Text},   {"_a b", "2", Kind::Text},  {"_a:b", "3", Kind::Text},
                        {"_\xC3\xA9", "4", Kind::Text}, {"_a=\"", "5", Kind::Text}, {"_", "6", Kind::Text}};
    const auto request = asked("v", extras);

    EXPECT_EQ(decodeRequest(encode(request, Form::Xml)).extras,
              (Extras{{"_ok-1.x", "1", Kind::Text}, {"_", "6", Kind::Text}}));
    EXPECT_EQ(decodeRequest(encode(in(request, Form::Json3), Form::Json3)).extras, extras);
    EXPECT_EQ(decodeRequest("<request protocol=\"3.0\" _\xC3\xA9=\"4\" _e=\"5\"/>").extras,
              (Extras{{"_e", "5", Kind::Text}}))
        << "what it does not write it does not read";
}

TEST(RoundTrip, XmlKeepsAnApplicationsObjectAsItsText)
{
    const auto request = asked("v", {{"_x", R"({"a":[1,"<&>"]})", Kind::Json}, {"_n", "null", Kind::Json}});

    EXPECT_EQ(decodeRequest(encode(request, Form::Xml)).extras,
              (Extras{{"_x", R"({"a":[1,"<&>"]})", Kind::Text}, {"_n", "null", Kind::Text}}));
}

TEST(RoundTrip, WhatIsNoJsonIsWrittenAsAText)
{
    const auto request = in(asked("v", {{"_x", R"({"a":)", Kind::Json}, {"_y", "1,2", Kind::Number}}), Form::Json3);

    EXPECT_EQ(decodeRequest(encode(request, Form::Json3)).extras,
              (Extras{{"_x", R"({"a":)", Kind::Text}, {"_y", "1,2", Kind::Text}}));
}

TEST(RoundTrip, APackageWhoseDirectoryHasNoSlashAtItsEndLiesInItAllTheSame)
{
    auto response = decodeResponse(
        R"(<response protocol="3.0"><app appid="a" status="ok"><updatecheck status="ok"><urls><url codebase="https://h"/>)"
        R"(<url codebase="https://h/d/"/></urls><manifest version="1"><packages><package name="p" size="5" hash_sha256=")" +
        std::string(64, 'a') + R"("/></packages></manifest></updatecheck></app></response>)");
    response.protocol = "4.0";

    const auto json4 = decodeResponse(encode(response, Form::Json4));

    EXPECT_THAT(json4.apps.at(0).updatecheck->pipelines.at(0).operations.at(0).urls,
                ::testing::ElementsAre("https://h/p", "https://h/d/p"));
    response.apps.at(0).updatecheck->manifest->packages.at(0).size = 0;
    EXPECT_THROW(decodeResponse(encode(response, Form::Json4)), DecodeError) << "4.0 has no download without a size";
}

// XML's 3.0 does not have them: as unknown elements they are ignored, and never half of an offer.
TEST(RoundTrip, XmlReadsNothingOfWhatOnlyFourZeroHas)
{
    const auto request = decodeRequest(R"(<request protocol="3.0"><app appid="a"><cached_items sha256="s"/>)"
                                       R"(<cached_fingerprints fingerprint="f"/></app></request>)");

    EXPECT_TRUE(request.apps.at(0).cachedItems.empty() && request.apps.at(0).cachedFingerprints.empty());
    EXPECT_THROW(decodeResponse(R"(<response protocol="3.0"><app appid="a" status="ok"><updatecheck status="ok" )"
                                R"(nextversion="2"><pipelines><operations type="run"/></pipelines></updatecheck></app>)"
                                "</response>"),
                 DecodeError);
}

} // namespace
} // namespace baton::protocol
