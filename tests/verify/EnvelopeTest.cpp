#include "client/verify/Envelope.h"

#include "client/verify/Base64.h"
#include "tests/support/SignedStatements.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace baton::verify {
namespace {

using baton::testing::enveloped;
using baton::testing::newKey;
using baton::testing::publicOf;
using ::testing::HasSubstr;

std::string faultOf(const std::string& text)
try {
    parseEnvelope(text);
    return "none";
} catch (const std::runtime_error& e) {
    return e.what();
}

std::string verdictOn(const std::string& text, const KeySet& trusted)
{
    const auto verified = verify(parseEnvelope(text), trusted);
    return verified ? "holds" : verified.error().detail;
}

// The example of DSSE's protocol.md.
TEST(Envelope, SignsTheBytesThatDsseSays)
{
    EXPECT_EQ(preAuthEncoding("http://example.com/HelloWorld", "hello world"),
              "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    EXPECT_EQ(preAuthEncoding("", ""), "DSSEv1 0  0 ");
}

TEST(Envelope, PrintsAndParses)
{
    const Envelope envelope{std::string(InTotoType), std::string("{\"a\":\0}", 7), {{"ab", "sig"}, {"", "other"}}};
    EXPECT_EQ(parseEnvelope(print(envelope)), envelope);
}

TEST(Envelope, LeavesAloneWhatItDoesNotKnow)
{
    EXPECT_EQ(faultOf(R"({"payloadType":"t","payload":"e30=","signatures":[{"sig":"AAAA","cert":"x"}],"more":[1]})"),
              "none");
}

TEST(Envelope, IsRefusedWhenItIsNone)
{
    EXPECT_THAT(faultOf(""), HasSubstr("is no JSON"));
    EXPECT_THAT(faultOf("[]"), HasSubstr("no JSON object"));
    EXPECT_THAT(faultOf(R"({"payload":"e30=","signatures":[]})"), HasSubstr("payloadType is missing"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30","signatures":[]})"), HasSubstr("payload is no base64"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30=","signatures":[]})"), HasSubstr("signatures is empty"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30=","signatures":{}})"), HasSubstr("is no list"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30=","signatures":[{"sig":""}]})"),
                HasSubstr("no signature"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30=","signatures":["AAAA"]})"), HasSubstr("no object"));
    EXPECT_THAT(faultOf(R"({"payloadType":7,"payload":"e30=","signatures":[]})"), HasSubstr("payloadType is no text"));
    EXPECT_THAT(faultOf(R"({"payloadType":"t","payload":"e30=","payload":"e30=","signatures":[]})"),
                HasSubstr("member payload twice"));
    EXPECT_THAT(faultOf("{\"payloadType\":\"t\\u0000\"}"), HasSubstr("zero byte"));
    EXPECT_THAT(faultOf("{\"a\":" + std::string(100'000, '[')), HasSubstr("longer than 64 KiB"));
    EXPECT_THAT(faultOf("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}"), HasSubstr("too deeply"));
    std::string many = R"({"payloadType":"t","payload":"e30=","signatures":[)";
    for (int i = 0; i < 17; ++i) many += std::string(i == 0 ? "" : ",") + R"({"sig":"AAAA"})";
    EXPECT_THAT(faultOf(many + "]}"), HasSubstr("more than 16"));
}

TEST(Verification, HoldsForATrustedKeyWhateverTheHintSays)
{
    const auto key = newKey();
    auto envelope = parseEnvelope(enveloped("{}", {key}));
    envelope.signatures.front().keyId = "not this one";

    EXPECT_EQ(verdictOn(print(envelope), {publicOf({newKey(), key}), 1}), "holds");
    EXPECT_THAT(verdictOn(print(envelope), {publicOf({newKey()}), 1}), HasSubstr("none of the trusted keys"));
    EXPECT_THAT(verdictOn(print(envelope), {{}, 0}), HasSubstr("none of the trusted keys"));
}

TEST(Verification, CountsDifferentKeys)
{
    const auto one = newKey();
    const auto two = newKey(Algorithm::EcdsaP256);
    const KeySet both{publicOf({one, two}), 2};

    EXPECT_EQ(verdictOn(enveloped("{}", {one, two}), both), "holds");
    EXPECT_THAT(verdictOn(enveloped("{}", {one}), both), HasSubstr("1 of the 2 different"));
    EXPECT_THAT(verdictOn(enveloped("{}", {two, two, two}), both), HasSubstr("1 of the 2 different"));
    EXPECT_THAT(verdictOn(enveloped("{}", {one, one}), {publicOf({one, one}), 2}), HasSubstr("1 of the 2"));
}

TEST(Verification, IsOfTheBytesAndTheirType)
{
    const auto key = newKey();
    const KeySet trusted{publicOf({key}), 1};
    auto other = parseEnvelope(enveloped("{}", {key}));
    other.payload = "{ }";
    EXPECT_THAT(verdictOn(print(other), trusted), HasSubstr("none of the trusted keys"));

    auto typed = parseEnvelope(enveloped("{}", {key}));
    typed.payloadType = "text/plain";
    typed.signatures = {{"", key.sign(preAuthEncoding("text/plain", "{}"))}};
    EXPECT_THAT(verdictOn(print(typed), trusted), HasSubstr("of the type text/plain"));
}

TEST(Verification, NamesWhoSigned)
{
    const auto one = newKey();
    const auto two = newKey();
    const auto verified = verify(parseEnvelope(enveloped("{}", {one, two})), {publicOf({one, two, newKey()}), 1});

    ASSERT_TRUE(verified);
    EXPECT_EQ(verified->bytes(), "{}");
    EXPECT_THAT(verified->signers(), ::testing::UnorderedElementsAre(one.publicKey().id(), two.publicKey().id()));
}

} // namespace
} // namespace baton::verify
