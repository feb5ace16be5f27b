#include "protocol/Codec.h"
#include "tests/protocol/Generated.h"

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

} // namespace
} // namespace baton::protocol
