#include "protocol/Cup.h"

#include "tests/support/CupPair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>

using namespace baton::protocol;
using ::testing::HasSubstr;

namespace {

// The reference's example, made with OpenSSL's command line.
constexpr const char* Question =
    R"({"request":{"protocol":"3.1","app":[{"appid":"io.example.web","version":"1.4.0","updatecheck":{}}]}})";
constexpr const char* Answer =
    ")]}'\n"
    R"({"response":{"protocol":"3.1","app":[{"appid":"io.example.web","status":"ok","updatecheck":{"status":"noupdate"}}]}})";
constexpr const char* Key = "7:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr const char* Proof =
    "3045022100d5efcde8ed242563d34a8c0f6004b8d9825f4afb8980dd0389948890ff7682f502200866099eefc0681ded30cf97977cda4768"
    "2047946334f92e28a5670cd325a98b:a5483e47824904bc46ef59ae633384df5a3348149fc2dda2c05a5c2901cb71d6";
constexpr const char* PublicPem = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8g4Vm98EXYwvynqNE/ge0oBnyeM0
Zomm2ysAdva0bL4ePCWT6icE7F6ZRC40KGyXfd7U5qsjIs1kKDBrWhQhPA==
-----END PUBLIC KEY-----
)";

CupExchange example() { return {Question, Key, Answer}; }

std::string faultOf(const std::string& proof, const CupExchange& exchange = example())
{
    return faultOfProof(CupKey::publicKey(PublicPem), exchange, proof);
}

const baton::testing::CupPair pair; // NOLINT: made once for all

} // namespace

TEST(Cup, TheReferencesExampleIsProven)
{
    EXPECT_EQ(faultOf(Proof), "");
    EXPECT_EQ(faultOf('"' + std::string(Proof) + '"'), "");
    EXPECT_EQ(faultOf("W/\"" + std::string(Proof) + '"'), "");
}

TEST(Cup, NothingOfTheExchangeMayBeChanged)
{
    const auto changed = [](std::string text) {
        text.back() = static_cast<char>(text.back() ^ 1);
        return text;
    };
    const auto question = changed(Question);
    const auto answer = changed(Answer);
    const auto key = changed(Key);

    EXPECT_THAT(faultOf(Proof, {question, Key, Answer}), HasSubstr("another question"));
    EXPECT_THAT(faultOf(Proof, {Question, key, Answer}), HasSubstr("not by the key"));
    EXPECT_THAT(faultOf(Proof, {Question, Key, answer}), HasSubstr("not by the key"));
    EXPECT_THAT(faultOfProof(CupKey::publicKey(pair.publicPem), example(), Proof), HasSubstr("not by the key"));
}

TEST(Cup, AProofOfAnotherFormIsNone)
{
    const std::string whole = Proof;
    const auto signature = whole.substr(0, whole.find(':'));
    const auto hash = whole.substr(whole.find(':') + 1);

    EXPECT_EQ(faultOf(""), "it has no proof");
    for (const auto& proof :
         {signature, ":" + hash, signature + ':', signature + ':' + hash + "00", "zz" + whole, signature + "00:" + hash,
          "3045" + std::string("0221") + "00" + signature.substr(8) + ':' + hash, std::string(4096, 'a'),
          whole + ":" + hash, "\"" + whole})
        EXPECT_EQ(faultOf(proof), "its proof is not of the form SIGNATURE:HASH") << proof;
}

TEST(Cup, WhatAServerProvesAClientBelieves)
{
    const auto proof = prove(CupKey::privateKey(pair.privatePem), example());

    EXPECT_EQ(faultOfProof(CupKey::publicKey(pair.publicPem), example(), proof), "");
    EXPECT_NE(proof, prove(CupKey::privateKey(pair.privatePem), example())) << "a nonce of its own each time";
}

TEST(Cup, AQuestionsTargetKeepsItsQueryAndNamesTheKey)
{
    const std::string hash = "a5483e47824904bc46ef59ae633384df5a3348149fc2dda2c05a5c2901cb71d6";

    EXPECT_EQ(withCup("/u", Key, Question), "/u?cup2key=" + std::string(Key) + "&cup2hreq=" + hash);
    EXPECT_EQ(withCup("/u?a=b", Key, Question), "/u?a=b&cup2key=" + std::string(Key) + "&cup2hreq=" + hash);
    EXPECT_EQ(cup2keyOf("a=b&cup2key=7%3Ax%2&c=d"), "7:x%2");
    EXPECT_EQ(cup2keyOf("xcup2key=7:x"), std::nullopt);
    EXPECT_EQ(cupKeyId("7:x:y"), "7");
}

TEST(Cup, LeavesNothingForTheThreadsNextTlsConnectionToStumbleOver)
{
    const std::string whole = Proof;
    const auto hash = whole.substr(whole.find(':'));

    EXPECT_NE(faultOf("3006020100020101" + hash), ""); // DER, and no signature: OpenSSL notes that down.
    EXPECT_NE(faultOf("3008" + std::string(16, 'f') + hash), "");
    EXPECT_THROW(CupKey::publicKey("nonsense"), std::runtime_error);
    EXPECT_THROW(CupKey::privateKey("nonsense"), std::runtime_error);

    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(Cup, AProofHasPositiveIntegersInTheirShortestForm)
{
    const std::string hash(64, 'a'); // Another question's: what is of the form gets as far as that.
    const auto isOfTheForm = [&](const std::string& signature) {
        return faultOf(signature + ':' + hash) == "its proof is for another question";
    };

    EXPECT_TRUE(isOfTheForm("3006020101020102"));
    EXPECT_TRUE(isOfTheForm("300702020080020102"));
    EXPECT_FALSE(isOfTheForm("3006020180020102"));     // negative
    EXPECT_FALSE(isOfTheForm("30070202007f020102"));   // longer than need be
    EXPECT_FALSE(isOfTheForm("3003020101"));           // one integer alone
    EXPECT_FALSE(isOfTheForm("30080201010201020500")); // and something else
    EXPECT_FALSE(isOfTheForm("300602010102010200"));   // and more behind it
    EXPECT_FALSE(isOfTheForm("30810602010102010200")); // a length in two bytes
    EXPECT_FALSE(isOfTheForm("3106020101020102"));     // no sequence
    EXPECT_FALSE(isOfTheForm("3006020101020902"));     // longer than all
    EXPECT_FALSE(isOfTheForm("3080020101020102"
                             "0000")); // without a length
    EXPECT_FALSE(isOfTheForm("zz06020101020102"));
}

TEST(Cup, OnlyKeysOnItsCurveAreTaken)
{
    EXPECT_THROW(CupKey::publicKey("nonsense"), std::runtime_error);
    EXPECT_THROW(CupKey::publicKey(pair.privatePem), std::runtime_error);
    EXPECT_THROW(CupKey::privateKey(pair.publicPem), std::runtime_error);
    EXPECT_THROW(CupKey::publicKey(R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----
)"),
                 std::runtime_error);
}
