#include "protocol/Cup.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace baton::protocol {
namespace {

constexpr std::size_t ShortestDer = 8;
constexpr std::size_t LongestDer = 72;
constexpr std::size_t HashDigits = 2 * SHA256_DIGEST_LENGTH;
constexpr std::size_t LongestProof = 2 * LongestDer + 1 + HashDigits;
constexpr std::string_view Digits = "0123456789abcdef";
constexpr std::string_view Curve = "prime256v1";

using Bytes = std::string;

// What OpenSSL notes down of a failure stays with the thread, and its next TLS connection would take it for its own.
struct NothingLeft {
    NothingLeft() = default;
    NothingLeft(const NothingLeft&) = delete;
    NothingLeft& operator=(const NothingLeft&) = delete;
    ~NothingLeft() { ERR_clear_error(); }
};

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* thing) const
    {
        Free(thing);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Bytes sha256(std::string_view bytes)
{
    Bytes hash(SHA256_DIGEST_LENGTH, '\0');
    SHA256(raw(bytes), bytes.size(), reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

std::string hexOf(std::string_view bytes)
{
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += Digits[byte >> 4U];
        hex += Digits[byte & 0xFU];
    }
    return hex;
}

int digitOf(char c)
{
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    const auto at = Digits.find(c);
    return at == Digits.npos ? -1 : static_cast<int>(at);
}

std::optional<Bytes> bytesOf(std::string_view hex)
{
    if (hex.size() % 2 != 0) return std::nullopt;
    Bytes bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const int high = digitOf(hex[i]);
        const int low = digitOf(hex[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

// What is signed. The signature's own scheme hashes these 32 bytes once more.
Bytes messageOf(const CupExchange& exchange)
{
    return sha256(sha256(exchange.question) + sha256(exchange.answer) + Bytes(exchange.cup2key));
}

std::shared_ptr<evp_pkey_st> onCurve(EVP_PKEY* read, const char* kind)
{
    if (read == nullptr) throw std::runtime_error(std::string("it holds no ") + kind + " in PEM");
    std::shared_ptr<evp_pkey_st> key(read, EVP_PKEY_free);
    std::array<char, 64> name{};
    std::size_t length = 0;
    const bool known = EVP_PKEY_get_base_id(read) == EVP_PKEY_EC &&
                       EVP_PKEY_get_group_name(read, name.data(), name.size(), &length) == 1;
    if (!known || std::string_view(name.data(), length) != Curve)
        throw std::runtime_error("its key is not on the curve P-256, which is CUP's");
    return key;
}

Bio bioOf(const std::string& pem) { return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// Nobody is asked for a pass phrase on a terminal.
int noPassword(char*, int, int, void*) { return -1; }

// Of many spellings of one signature only the shortest is DER.
bool isDer(std::string_view signature)
{
    if (signature.size() < ShortestDer || signature.size() > LongestDer) return false;
    const auto* at = raw(signature);
    const Signature parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(signature.size())));
    if (!parsed || at != raw(signature) + signature.size()) return false;
    unsigned char* again = nullptr;
    const int length = i2d_ECDSA_SIG(parsed.get(), &again);
    const bool same = length == static_cast<int>(signature.size()) &&
                      std::equal(signature.begin(), signature.end(), reinterpret_cast<const char*>(again));
    OPENSSL_free(again);
    return same;
}

bool isSigned(const CupKey& key, std::string_view message, std::string_view signature)
{
    const Context context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
}

std::string_view bare(std::string_view proof)
{
    if (proof.starts_with("W/")) proof.remove_prefix(2);
    if (proof.size() >= 2 && proof.front() == '"' && proof.back() == '"') proof = proof.substr(1, proof.size() - 2);
    return proof;
}

std::string percentDecoded(std::string_view text)
{
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = text[i] == '%' && i + 2 < text.size() ? bytesOf(text.substr(i + 1, 2)) : std::nullopt;
        decoded += byte ? byte->front() : text[i];
        if (byte) i += 2;
    }
    return decoded;
}

} // namespace

CupKey CupKey::publicKey(const std::string& pem)
{
    const NothingLeft notes;
    return CupKey(onCurve(PEM_read_bio_PUBKEY(bioOf(pem).get(), nullptr, noPassword, nullptr), "public key"));
}

CupKey CupKey::privateKey(const std::string& pem)
{
    const NothingLeft notes;
    return CupKey(onCurve(PEM_read_bio_PrivateKey(bioOf(pem).get(), nullptr, noPassword, nullptr), "private key"));
}

std::string withCup(const std::string& target, std::string_view cup2key, std::string_view question)
{
    return target + (target.find('?') == std::string::npos ? '?' : '&') + "cup2key=" + std::string(cup2key) +
           "&cup2hreq=" + hexOf(sha256(question));
}

std::optional<std::string> cup2keyOf(std::string_view query)
{
    constexpr std::string_view Name = "cup2key=";
    while (!query.empty()) {
        const auto one = query.substr(0, query.find('&'));
        if (one.starts_with(Name)) return percentDecoded(one.substr(Name.size()));
        query.remove_prefix(std::min(one.size() + 1, query.size()));
    }
    return std::nullopt;
}

std::string_view cupKeyId(std::string_view cup2key) { return cup2key.substr(0, cup2key.find(':')); }

std::string prove(const CupKey& privateKey, const CupExchange& exchange)
{
    const NothingLeft notes;
    const auto message = messageOf(exchange);
    const Context context(EVP_MD_CTX_new());
    std::array<unsigned char, LongestDer + 8> signature{};
    std::size_t length = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, privateKey.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &length, raw(message), message.size()) != 1)
        throw std::runtime_error("the answer could not be signed");
    return hexOf({reinterpret_cast<const char*>(signature.data()), length}) + ':' + hexOf(sha256(exchange.question));
}

std::string faultOfProof(const CupKey& publicKey, const CupExchange& exchange, std::string_view proof)
{
    const NothingLeft notes;
    proof = bare(proof);
    if (proof.empty()) return "it has no proof";
    const auto colon = proof.find(':');
    if (proof.size() > LongestProof || colon == proof.npos) return "its proof is not of the form SIGNATURE:HASH";
    const auto signature = bytesOf(proof.substr(0, colon));
    const auto hash = bytesOf(proof.substr(colon + 1));
    if (!signature || !isDer(*signature) || !hash || hash->size() != SHA256_DIGEST_LENGTH)
        return "its proof is not of the form SIGNATURE:HASH";
    if (*hash != sha256(exchange.question)) return "its proof is for another question";
    if (!isSigned(publicKey, messageOf(exchange), *signature)) return "its proof is not by the key that was asked for";
    return {};
}

} // namespace baton::protocol
