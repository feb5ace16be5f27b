#include "client/transport/Tls.h"

#include "client/core/Text.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>

namespace baton::transport {
namespace {

using Poco::Net::Context;

std::string reasonOf(int number)
{
    std::string reason = ::X509_verify_cert_error_string(number);
    if (number == X509_V_ERR_CERT_NOT_YET_VALID) reason += " (is this machine's clock right?)";
    if (number == X509_V_ERR_CERT_HAS_EXPIRED) reason += " (or this machine's clock is wrong)";
    if (number == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || number == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
        number == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        reason += " (its authority is not known here: name it with --ca-file)";
    return reason;
}

void bindHost(Context& context, const std::string& host)
{
    auto* const parameters = ::SSL_CTX_get0_param(context.sslContext());
    ::X509_VERIFY_PARAM_set_hostflags(parameters,
                                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    Poco::Net::IPAddress address;
    const bool literal = Poco::Net::IPAddress::tryParse(host, address);
    const int bound = literal ? ::X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str())
                              : ::X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), 0);
    if (bound != 1) throw Poco::InvalidArgumentException("cannot bind the TLS connection to the host " + host);
}

// A key with a passphrase is refused: nobody is there to be asked.
int knowNoPassphrase(char*, int, int, void*) { return -1; }

using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;

// Of a text that must outlive it.
std::unique_ptr<BIO, decltype(&::BIO_free_all)> bytesOf(const std::string& text)
{
    return {::BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &::BIO_free_all};
}

void freeAll(STACK_OF(X509_INFO) * all) { sk_X509_INFO_pop_free(all, &::X509_INFO_free); }

[[noreturn]] void refuseFile(const std::string& what, const std::filesystem::path& file)
{
    const auto error = ::ERR_peek_last_error();
    const char* reason = error == 0 ? nullptr : ::ERR_reason_error_string(error);
    ::ERR_clear_error();
    throw Poco::InvalidArgumentException(escaped(file.string()) + ' ' + what +
                                         (reason == nullptr ? "" : " (" + std::string(reason) + ')'));
}

} // namespace

Tls::Tls(const std::string& host, TlsSettings settings) : settings_(std::move(settings))
{
    ::ERR_clear_error(); // Old entries would be shown as the reason of the next failure.
    Context::Params parameters;
    parameters.verificationMode = Context::VERIFY_STRICT;
    parameters.loadDefaultCAs = settings_.caFile.empty();
    parameters.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    context_ = new Context(Context::TLS_CLIENT_USE, parameters);
    auto* const ours = context_->sslContext();
    if (!settings_.caFile.empty()) believe(settings_.caFile);
    context_->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context_->enableExtendedCertificateVerification(true);
    ::SSL_CTX_set_verify(ours, SSL_VERIFY_PEER, nullptr); // Not Poco's, which asks the program's handlers.
    ::SSL_CTX_set_cert_verify_callback(ours, &Tls::verify, this);
    bindHost(*context_, host);
    showOurs();
}

// Poco may keep the context longer than we live.
Tls::~Tls() { ::SSL_CTX_set_cert_verify_callback(context_->sslContext(), nullptr, nullptr); }

int Tls::verify(X509_STORE_CTX* chain, void* self)
{
    auto& tls = *static_cast<Tls*>(self);
    if (::X509_verify_cert(chain) != 1) {
        tls.refusal_ = reasonOf(::X509_STORE_CTX_get_error(chain));
        return 0;
    }
    if (tls.isPinned(chain)) return 1;
    tls.refusal_ = "it is valid, but no key of its chain is one of --pin-sha256";
    ::X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
}

bool Tls::isPinned(X509_STORE_CTX* chain) const
{
    if (settings_.pins.empty()) return true;
    const auto* const certificates = ::X509_STORE_CTX_get0_chain(chain);
    for (int i = 0; i < sk_X509_num(certificates); ++i) {
        const auto pin = pinOf(sk_X509_value(certificates, i));
        if (pin && std::find(settings_.pins.begin(), settings_.pins.end(), *pin) != settings_.pins.end()) return true;
    }
    return false;
}

std::string Tls::textOf(const std::filesystem::path& file) const
{
    constexpr std::size_t Longest = std::size_t{4} * 1024 * 1024; // All authorities of a system are 300 KiB.
    const auto opened = settings_.open(file);
    return readUpTo(opened.get(), Longest, file);
}

// As X509_load_cert_crl_file(3), but from a file that another may have opened for us.
void Tls::believe(const std::filesystem::path& authorities)
{
    const auto text = textOf(authorities);
    const auto bytes = bytesOf(text);
    const std::unique_ptr<STACK_OF(X509_INFO), decltype(&freeAll)> all(
        ::PEM_X509_INFO_read_bio(bytes.get(), nullptr, &knowNoPassphrase, nullptr), &freeAll);
    auto* const store = ::SSL_CTX_get_cert_store(context_->sslContext());
    int believed = 0;
    for (int i = 0; i < sk_X509_INFO_num(all.get()); ++i) {
        const auto* const one = sk_X509_INFO_value(all.get(), i);
        if (one->x509 != nullptr) believed += ::X509_STORE_add_cert(store, one->x509);
        if (one->crl != nullptr) ::X509_STORE_add_crl(store, one->crl);
    }
    if (believed == 0) refuseFile("holds no certificates in PEM", authorities);
}

void Tls::showOurs()
{
    if (settings_.certificate.empty()) return;
    showCertificate();
    showKey();
}

// As SSL_CTX_use_certificate_chain_file(3): the first is ours, the others are what it leans on.
void Tls::showCertificate()
{
    auto* const ours = context_->sslContext();
    const auto text = textOf(settings_.certificate);
    const auto bytes = bytesOf(text);
    const Certificate own(::PEM_read_bio_X509_AUX(bytes.get(), nullptr, &knowNoPassphrase, nullptr), &::X509_free);
    if (!own || ::SSL_CTX_use_certificate(ours, own.get()) != 1)
        refuseFile("holds no certificate in PEM", settings_.certificate);
    for (;;) {
        const Certificate next(::PEM_read_bio_X509(bytes.get(), nullptr, &knowNoPassphrase, nullptr), &::X509_free);
        if (!next) break;
        if (::SSL_CTX_add1_chain_cert(ours, next.get()) != 1)
            refuseFile("holds a certificate that cannot be used", settings_.certificate);
    }
    if (ERR_GET_REASON(::ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        refuseFile("holds a certificate that cannot be read", settings_.certificate);
    ::ERR_clear_error(); // The end of the file.
}

void Tls::showKey()
{
    const auto& file = settings_.key.empty() ? settings_.certificate : settings_.key;
    auto* const ours = context_->sslContext();
    auto text = textOf(file);
    const auto bytes = bytesOf(text);
    const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(
        ::PEM_read_bio_PrivateKey(bytes.get(), nullptr, &knowNoPassphrase, nullptr), &::EVP_PKEY_free);
    ::OPENSSL_cleanse(text.data(), text.size());
    if (!key || ::SSL_CTX_use_PrivateKey(ours, key.get()) != 1)
        refuseFile("holds no key in PEM that can be read without a passphrase and fits the certificate", file);
}

Result<Done> check(const TlsSettings& settings)
try {
    const Tls tried("localhost", settings);
    return Done{};
} catch (const Poco::Exception& e) {
    return Failure{Category::Download, code::Transfer, e.message()};
} catch (const std::exception& e) {
    return Failure{Category::Download, code::Transfer, e.what()};
}

} // namespace baton::transport
