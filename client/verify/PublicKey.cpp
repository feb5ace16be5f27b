#include "client/verify/PublicKey.h"

#include "client/core/Text.h"
#include "client/verify/Base64.h"
#include "client/verify/OpenSsl.h"
#include "client/verify/Sha256.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::string_view Begin = "-----BEGIN ";
constexpr std::string_view Dashes = "-----";
constexpr std::size_t MostKeys = 64;
constexpr std::size_t Ed25519Bytes = 32;

/// Points of small order, the sign's bit left out: for a key that is one of them a signature can be made up that holds
/// for every message, or for one message in a few. The last two spell the first two again.
constexpr std::array<std::string_view, 7> SmallOrder{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};

bool isOfSmallOrder(EVP_PKEY* key)
{
    std::string point(Ed25519Bytes, '\0');
    std::size_t length = point.size();
    if (EVP_PKEY_get_raw_public_key(key, raw(point), &length) != 1 || length != Ed25519Bytes) return true;
    point.back() = static_cast<char>(static_cast<unsigned char>(point.back()) & 0x7FU);
    const auto hex = toHex(point);
    return std::find(SmallOrder.begin(), SmallOrder.end(), hex) != SmallOrder.end();
}

// The curve's name alone is no proof: parameters that were written out may have it and another generator.
bool isOnP256(EVP_PKEY* key)
{
    std::array<char, 64> name{};
    std::size_t length = 0;
    int isExplicit = 1;
    return EVP_PKEY_get_group_name(key, name.data(), name.size(), &length) == 1 &&
           std::string_view(name.data(), length) == "prime256v1" &&
           EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS, &isExplicit) == 1 &&
           isExplicit == 0;
}

Algorithm algorithmOf(EVP_PKEY* key)
{
    if (EVP_PKEY_is_a(key, "ED25519") == 1) {
        if (isOfSmallOrder(key))
            throw std::runtime_error("its Ed25519 key is one of the few for which anybody can sign");
        return Algorithm::Ed25519;
    }
    if (EVP_PKEY_is_a(key, "EC") == 1) {
        if (!isOnP256(key)) throw std::runtime_error("its EC key is not on the curve P-256, by its name");
        return Algorithm::EcdsaP256;
    }
    const char* kind = EVP_PKEY_get0_type_name(key);
    throw std::runtime_error("its key is of the kind " + escaped(kind == nullptr ? "unknown" : kind) +
                             "; ECDSA on P-256 and Ed25519 are taken: make one with baton keygen");
}

// One key has one id, however its point was written.
std::string derOf(EVP_PKEY* key)
{
    if (EVP_PKEY_is_a(key, "EC") == 1)
        (void)EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                             OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED);
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(key, &der);
    if (length <= 0) throw std::runtime_error("OpenSSL cannot write the public key");
    std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return bytes;
}

// Nobody is asked for a pass phrase on a terminal.
int noPassPhrase(char*, int, int, void*) { return -1; }

PublicKey keyOf(std::string_view block, std::string_view label)
{
    if (label.ends_with("PRIVATE KEY"))
        throw std::runtime_error(
            "it holds a private key: that stays where releases are signed; here belongs the public "
            "one, baton keygen wrote it beside");
    if (label != "PUBLIC KEY") throw std::runtime_error("it holds a " + escaped(label) + ", not a PUBLIC KEY in PEM");
    const NothingLeft clean;
    const auto bio = bioOf(block);
    const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PUBKEY(bio.get(), nullptr, noPassPhrase, nullptr), EVP_PKEY_free);
    if (!key) throw std::runtime_error("its PUBLIC KEY is damaged");
    return PublicKey(key);
}

// Comments and blank lines, and nothing that somebody may take for a key.
void demandNoJunk(std::string_view between)
{
    for (const auto line : split(between, '\n')) {
        const auto at = line.find_first_not_of(" \t\r");
        if (at != std::string_view::npos && line[at] != '#')
            throw std::runtime_error("it holds something that is neither a key in PEM nor a line that begins with #: " +
                                     escaped(line, 40));
    }
}

// "-----BEGIN LABEL-----" … "-----END LABEL-----", and what stands behind it.
struct Block {
    std::string_view label;
    std::string_view whole;
    std::string_view rest;
};

Block blockOf(std::string_view text)
{
    const auto labelEnd = text.find(Dashes, Begin.size());
    if (labelEnd == std::string_view::npos) throw std::runtime_error("its first line of PEM is cut");
    const auto label = text.substr(Begin.size(), labelEnd - Begin.size());
    const auto last = std::string(Dashes) + "END " + std::string(label) + std::string(Dashes);
    const auto end = text.find(last, labelEnd);
    if (end == std::string_view::npos) throw std::runtime_error("its PEM is cut: there is no " + escaped(last, 60));
    return {label, text.substr(0, end + last.size()), text.substr(end + last.size())};
}

} // namespace

std::string_view nameOf(Algorithm algorithm) { return algorithm == Algorithm::Ed25519 ? "ed25519" : "ecdsa-p256"; }

PublicKey::PublicKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key)),
      algorithm_(algorithmOf(key_.get())),
      id_(sha256Of(derOf(key_.get())))
{
}

std::string PublicKey::pem() const
{
    const NothingLeft clean;
    const Bio out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_PUBKEY(out.get(), key_.get()) != 1)
        throw std::runtime_error("OpenSSL cannot write the public key");
    return contentOf(out.get());
}

bool PublicKey::hasSigned(std::string_view message, std::string_view signature) const
{
    const NothingLeft clean;
    const Digesting context(EVP_MD_CTX_new());
    const auto* digest = algorithm_ == Algorithm::EcdsaP256 ? EVP_sha256() : nullptr;
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key_.get()) != 1) return false;
    // Of its three answers 1 alone is yes.
    return EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

std::vector<PublicKey> parsePublicKeys(std::string_view pem)
{
    std::vector<PublicKey> keys;
    for (auto at = pem.find(Begin); at != std::string_view::npos; at = pem.find(Begin)) {
        demandNoJunk(pem.substr(0, at));
        const auto block = blockOf(pem.substr(at));
        auto key = keyOf(block.whole, block.label);
        if (std::find(keys.begin(), keys.end(), key) != keys.end())
            throw std::runtime_error("it holds the key " + key.id().substr(0, 12) + "… twice");
        if (keys.size() == MostKeys) throw std::runtime_error("it holds more than 64 keys");
        keys.push_back(std::move(key));
        pem = block.rest;
    }
    if (keys.empty()) throw std::runtime_error("it holds no PUBLIC KEY in PEM");
    demandNoJunk(pem);
    return keys;
}

} // namespace baton::verify
