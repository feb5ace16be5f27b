#include "client/verify/PrivateKey.h"

#include "client/core/Text.h"
#include "client/verify/OpenSsl.h"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <openssl/x509.h>

#include <array>
#include <exception>
#include <stdexcept>

namespace baton::verify {
namespace {

using Pkcs8 = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Freed<PKCS8_PRIV_KEY_INFO_free>>;
using SealedPkcs8 = std::unique_ptr<X509_SIG, Freed<X509_SIG_free>>;
using StoreHandle = std::unique_ptr<OSSL_STORE_CTX, Freed<OSSL_STORE_close>>;
using StoreInfo = std::unique_ptr<OSSL_STORE_INFO, Freed<OSSL_STORE_INFO_free>>;
using Ui = std::unique_ptr<UI_METHOD, Freed<UI_destroy_method>>;

// scrypt's cost: 16 MiB and some 50 ms for each guess.
constexpr int SaltBytes = 16;
constexpr std::uint64_t ScryptN = 16384;
constexpr std::uint64_t ScryptR = 8;
constexpr std::uint64_t ScryptP = 1;

// What the callback was asked, so that the message can say what went wrong.
struct Asked {
    const PrivateKey::PassPhrase& passPhrase;
    bool happened = false;
    bool answered = false;
    std::exception_ptr thrown{}; // Nothing may be thrown through OpenSSL's own functions.
};

// Never OpenSSL's own question on the terminal.
int answer(char* buffer, int size, int, void* data)
try {
    auto& asked = *static_cast<Asked*>(data);
    if (asked.happened) return -1;
    asked.happened = true;
    const auto given = asked.passPhrase();
    if (!given) return -1;
    const auto& phrase = *given;
    if (phrase.size() > static_cast<std::size_t>(size)) return -1;
    asked.answered = true;
    const auto length = phrase.copy(buffer, phrase.size());
    return static_cast<int>(length);
} catch (...) {
    static_cast<Asked*>(data)->thrown = std::current_exception();
    return -1;
}

[[noreturn]] void unreadable(const Asked& asked)
{
    if (asked.thrown) std::rethrow_exception(asked.thrown);
    if (asked.answered) throw std::runtime_error("its pass phrase is not the one that was given");
    if (asked.happened)
        throw std::runtime_error(
            "it is under a pass phrase, and none was given: say --pass-file FILE, or ask from a terminal");
    throw std::runtime_error("it holds no private key in PEM");
}

void demand(int answered, const char* what)
{
    if (answered != 1) throw std::runtime_error(std::string("OpenSSL cannot ") + what);
}

std::string written(const std::function<int(BIO*)>& write)
{
    const Bio out(BIO_new(BIO_s_mem()));
    demand(out ? write(out.get()) : 0, "write a private key");
    return contentOf(out.get());
}

SealedPkcs8 sealed(EVP_PKEY* key, const std::string& passPhrase)
{
    std::array<unsigned char, SaltBytes> salt{};
    demand(RAND_bytes(salt.data(), SaltBytes), "give random bytes");
    const Pkcs8 plain(EVP_PKEY2PKCS8(key));
    X509_ALGOR* pbe =
        PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), salt.data(), SaltBytes, nullptr, ScryptN, ScryptR, ScryptP);
    demand(plain && pbe != nullptr ? 1 : 0, "put a private key under a pass phrase");
    SealedPkcs8 closed(
        PKCS8_set0_pbe(passPhrase.data(), static_cast<int>(passPhrase.size()), plain.get(), pbe)); // Takes pbe over.
    if (!closed) X509_ALGOR_free(pbe);
    demand(closed ? 1 : 0, "put a private key under a pass phrase");
    return closed;
}

} // namespace

PrivateKey::PrivateKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key))
{
    (void)publicKey(); // Refuses what is of another kind.
}

PrivateKey PrivateKey::generate(Algorithm algorithm)
{
    const NothingLeft clean;
    const std::shared_ptr<EVP_PKEY> key(algorithm == Algorithm::Ed25519
                                            ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                                            : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"),
                                        EVP_PKEY_free);
    demand(key ? 1 : 0, "make a key");
    return PrivateKey(key);
}

PrivateKey PrivateKey::parse(std::string_view pem, const PassPhrase& passPhrase)
{
    const NothingLeft clean;
    Asked asked{passPhrase};
    const auto bio = bioOf(pem);
    const std::shared_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, answer, &asked), EVP_PKEY_free);
    if (!key) unreadable(asked);
    return PrivateKey(key);
}

PrivateKey PrivateKey::open(const std::string& uri, const PassPhrase& passPhrase)
{
    const NothingLeft clean;
    Asked asked{passPhrase};
    const Ui ui(UI_UTIL_wrap_read_pem_callback(answer, 0));
    const StoreHandle found(
        OSSL_STORE_open_ex(uri.c_str(), nullptr, nullptr, ui.get(), &asked, nullptr, nullptr, nullptr));
    if (!found)
        throw std::runtime_error("no provider of OpenSSL opens " + escaped(uri) +
                                 "; it has to be installed and named in openssl.cnf");
    (void)OSSL_STORE_expect(found.get(), OSSL_STORE_INFO_PKEY);
    while (OSSL_STORE_eof(found.get()) != 1) {
        const StoreInfo info(OSSL_STORE_load(found.get()));
        if (!info && OSSL_STORE_error(found.get()) == 1) break; // Or a loader that fails would be asked for ever.
        if (!info || OSSL_STORE_INFO_get_type(info.get()) != OSSL_STORE_INFO_PKEY) continue;
        return PrivateKey(std::shared_ptr<EVP_PKEY>(OSSL_STORE_INFO_get1_PKEY(info.get()), EVP_PKEY_free));
    }
    if (asked.happened) unreadable(asked);
    throw std::runtime_error("there is no private key at " + escaped(uri));
}

std::string PrivateKey::pem(const std::optional<std::string>& passPhrase) const
{
    const NothingLeft clean;
    if (!passPhrase)
        return written([&](BIO* out) {
            return PEM_write_bio_PKCS8PrivateKey(out, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    const auto closed = sealed(key_.get(), *passPhrase);
    return written([&](BIO* out) { return PEM_write_bio_PKCS8(out, closed.get()); });
}

PublicKey PrivateKey::publicKey() const { return PublicKey(key_); }

std::string PrivateKey::sign(std::string_view message) const
{
    const NothingLeft clean;
    const Digesting context(EVP_MD_CTX_new());
    const auto* digest = publicKey().algorithm() == Algorithm::EcdsaP256 ? EVP_sha256() : nullptr;
    demand(context ? EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) : 0, "begin a signature");
    std::size_t length = 0;
    demand(EVP_DigestSign(context.get(), nullptr, &length, raw(message), message.size()), "sign");
    std::string signature(length, '\0');
    demand(EVP_DigestSign(context.get(), raw(signature), &length, raw(message), message.size()), "sign");
    signature.resize(length);
    return signature;
}

} // namespace baton::verify
