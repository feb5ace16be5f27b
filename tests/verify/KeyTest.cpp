#include "client/verify/Base64.h"
#include "client/verify/OpenSsl.h"
#include "client/verify/PrivateKey.h"
#include "client/verify/PublicKey.h"

#include <gmock/gmock.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <array>
#include <optional>
#include <stdexcept>

namespace baton::verify {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> nobodyAnswers() { return std::nullopt; }

std::string pemOf(EVP_PKEY* key)
{
    const Bio out(BIO_new(BIO_s_mem()));
    return key != nullptr && PEM_write_bio_PUBKEY(out.get(), key) == 1 ? contentOf(out.get()) : std::string();
}

std::string pemOfRaw(std::string_view point)
{
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(point), point.size()));
    return pemOf(key.get());
}

std::string pemOf(const char* kind, const char* parameter)
{
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(
        std::string_view(kind) == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, kind, std::size_t{2048})
        : parameter != nullptr          ? EVP_PKEY_Q_keygen(nullptr, nullptr, kind, parameter)
                                        : EVP_PKEY_Q_keygen(nullptr, nullptr, kind));
    return pemOf(key.get());
}

// P-256 with all its parameters written out instead of its name, and a point in that form.
std::string pemWith(const char* parameter, const char* value)
{
    const std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>> key(EVP_EC_gen("P-256"));
    if (EVP_PKEY_set_utf8_string_param(key.get(), parameter, value) != 1) return {};
    return pemOf(key.get());
}

std::string bytesOf(std::string_view hex)
{
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

std::string faultOf(const std::string& pem)
try {
    parsePublicKeys(pem);
    return "none";
} catch (const std::runtime_error& e) {
    return e.what();
}

struct OfBothKinds : ::testing::TestWithParam<Algorithm> {};

TEST_P(OfBothKinds, SignWhatTheirPublicHalfVerifies)
{
    const auto key = PrivateKey::generate(GetParam());
    const auto ours = key.publicKey();
    const auto signature = key.sign("message");

    EXPECT_TRUE(ours.hasSigned("message", signature));
    EXPECT_FALSE(ours.hasSigned("massage", signature));
    EXPECT_FALSE(ours.hasSigned("message", ""));
    EXPECT_FALSE(ours.hasSigned("message", signature + '\0'));
    EXPECT_FALSE(ours.hasSigned("message", signature.substr(0, signature.size() - 1)));
    EXPECT_FALSE(PrivateKey::generate(GetParam()).publicKey().hasSigned("message", signature));
    EXPECT_EQ(ERR_peek_error(), 0U) << "an error was left for the next TLS connection";
}

TEST_P(OfBothKinds, AreTheSameAfterAFile)
{
    const auto key = PrivateKey::generate(GetParam());
    const auto again = PrivateKey::parse(key.pem({}), nobodyAnswers);

    EXPECT_EQ(again.publicKey(), key.publicKey());
    EXPECT_THAT(parsePublicKeys(key.publicKey().pem()), ::testing::ElementsAre(key.publicKey()));
    EXPECT_THAT(key.publicKey().id(), ::testing::SizeIs(64));
    EXPECT_EQ(key.publicKey().algorithm(), GetParam());
}

TEST_P(OfBothKinds, AreOpenedByTheirPassPhraseAlone)
{
    const auto key = PrivateKey::generate(GetParam());
    const auto pem = key.pem("correct horse");
    EXPECT_THAT(pem, HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));

    int asked = 0;
    const auto again = PrivateKey::parse(pem, [&] {
        ++asked;
        return std::optional<std::string>("correct horse");
    });
    EXPECT_EQ(again.publicKey(), key.publicKey());
    EXPECT_EQ(asked, 1);

    EXPECT_THROW(PrivateKey::parse(pem, [] { return std::optional<std::string>("wrong"); }), std::runtime_error);
    EXPECT_THROW(PrivateKey::parse(pem, nobodyAnswers), std::runtime_error);
}

INSTANTIATE_TEST_SUITE_P(Keys, OfBothKinds, ::testing::Values(Algorithm::EcdsaP256, Algorithm::Ed25519),
                         [](const auto& one) { return one.param == Algorithm::Ed25519 ? "Ed25519" : "EcdsaP256"; });

TEST(PublicKey, IsNotTakenOfAnotherKind)
{
    EXPECT_THAT(faultOf(pemOf("RSA", nullptr)), HasSubstr("of the kind RSA"));
    EXPECT_THAT(faultOf(pemOf("ED448", nullptr)), HasSubstr("of the kind ED448"));
    EXPECT_THAT(faultOf(pemOf("X25519", nullptr)), HasSubstr("of the kind X25519"));
    EXPECT_THAT(faultOf(pemOf("EC", "P-384")), HasSubstr("not on the curve P-256"));
    EXPECT_THAT(faultOf(pemOf("EC", "secp256k1")), HasSubstr("not on the curve P-256"));
}

TEST(PublicKey, IsNotTakenWithWrittenOutParameters)
{
    const auto pem = pemWith(OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT);
    ASSERT_THAT(pem, HasSubstr("PUBLIC KEY"));

    EXPECT_THAT(faultOf(pem), HasSubstr("not on the curve P-256, by its name"));
}

TEST(PublicKey, HasOneIdHoweverItsPointIsWritten)
{
    const auto compressed =
        pemWith(OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_COMPRESSED);
    const auto key = parsePublicKeys(compressed).front();

    EXPECT_NE(key.pem(), compressed);
    EXPECT_EQ(parsePublicKeys(key.pem()).front(), key);
}

TEST(PublicKey, IsNotTakenOfSmallOrder)
{
    for (const std::string low : {"0000000000000000000000000000000000000000000000000000000000000000",
                                  "0100000000000000000000000000000000000000000000000000000000000000",
                                  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                                  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                                  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
        auto point = bytesOf(low);
        EXPECT_THAT(faultOf(pemOfRaw(point)), HasSubstr("anybody can sign")) << low;
        point.back() = static_cast<char>(static_cast<unsigned char>(point.back()) | 0x80U);
        EXPECT_THAT(faultOf(pemOfRaw(point)), HasSubstr("anybody can sign")) << low << ", its sign set";
    }
}

TEST(PublicKeys, OfOneFileAreReadToItsEnd)
{
    const auto one = PrivateKey::generate(Algorithm::Ed25519).publicKey();
    const auto two = PrivateKey::generate(Algorithm::EcdsaP256).publicKey();

    EXPECT_THAT(parsePublicKeys("# one\n" + one.pem() + "\n# two\n" + two.pem() + "\n"),
                ::testing::ElementsAre(one, two));
    EXPECT_THAT(faultOf(one.pem() + two.pem() + one.pem()), HasSubstr("twice"));
    EXPECT_THAT(faultOf(one.pem() + "and more\n"), HasSubstr("neither a key in PEM"));
    EXPECT_THAT(faultOf("junk\n" + one.pem()), HasSubstr("neither a key in PEM"));
    EXPECT_THAT(faultOf(one.pem() + "-----BEGIN PUBLIC KEY-----\nMCow"), HasSubstr("cut"));
    EXPECT_THAT(faultOf("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), HasSubstr("damaged"));
    EXPECT_THAT(faultOf(""), HasSubstr("no PUBLIC KEY"));
    EXPECT_THAT(faultOf("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), HasSubstr("CERTIFICATE"));
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PublicKeys, AreNotThePrivateOnes)
{
    const auto key = PrivateKey::generate(Algorithm::Ed25519);

    EXPECT_THAT(faultOf(key.pem({})), HasSubstr("it holds a private key"));
    EXPECT_THAT(faultOf(key.pem("secret")), HasSubstr("it holds a private key"));
}

TEST(PrivateKey, IsFoundByAProvidersUri)
{
    EXPECT_THROW(PrivateKey::open("pkcs11:token=none", nobodyAnswers), std::runtime_error);
    EXPECT_THROW(PrivateKey::open("file:/nowhere/key.pem", nobodyAnswers), std::runtime_error);
    EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(PrivateKey, IsRefusedWhenItIsNone)
{
    const auto fault = [](const std::string& pem) -> std::string {
        try {
            PrivateKey::parse(pem, nobodyAnswers);
            return "none";
        } catch (const std::runtime_error& e) {
            return e.what();
        }
    };
    EXPECT_THAT(fault("no key"), HasSubstr("no private key in PEM"));
    EXPECT_THAT(fault(PrivateKey::generate(Algorithm::Ed25519).publicKey().pem()), HasSubstr("no private key"));
    EXPECT_THAT(fault(PrivateKey::generate(Algorithm::Ed25519).pem("x")), HasSubstr("under a pass phrase"));
}

} // namespace
} // namespace baton::verify
