#include "client/transport/Tls.h"

#include "client/core/Text.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

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
    if (!settings_.caFile.empty() && ::SSL_CTX_load_verify_file(ours, settings_.caFile.c_str()) != 1)
        refuseFile("holds no certificates in PEM", settings_.caFile);
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

void Tls::showOurs()
{
    if (settings_.certificate.empty()) return;
    auto* const ours = context_->sslContext();
    const auto& key = settings_.key.empty() ? settings_.certificate : settings_.key;
    ::SSL_CTX_set_default_passwd_cb(ours, &knowNoPassphrase);
    if (::SSL_CTX_use_certificate_chain_file(ours, settings_.certificate.c_str()) != 1)
        refuseFile("holds no certificate in PEM", settings_.certificate);
    if (::SSL_CTX_use_PrivateKey_file(ours, key.c_str(), SSL_FILETYPE_PEM) != 1)
        refuseFile("holds no key in PEM that can be read without a passphrase and fits the certificate", key);
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
