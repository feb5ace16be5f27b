#include "client/transport/Tls.h"

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>
#include <Poco/Net/InvalidCertificateHandler.h>
#include <Poco/Net/VerificationErrorArgs.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <thread>

namespace baton::transport {
namespace {

using Poco::Net::Context;

// Keeps the reason, which Poco's exception loses, and never lets a certificate pass.
class Refusals : public Poco::Net::InvalidCertificateHandler {
public:
    explicit Refusals(std::shared_ptr<std::string> reason)
        : InvalidCertificateHandler(false),
          reason_(std::move(reason))
    {
    }

    void onInvalidCertificate(const void*, Poco::Net::VerificationErrorArgs& errorCert) override
    {
        // Poco tells each handler of the errors of the whole process: those of other threads are not ours.
        if (std::this_thread::get_id() == owner_) note(errorCert.errorNumber());
        errorCert.setIgnoreError(false);
    }

private:
    void note(int number)
    {
        *reason_ = X509_verify_cert_error_string(number);
        if (number == X509_V_ERR_CERT_NOT_YET_VALID) *reason_ += " (is this machine's clock right?)";
        if (number == X509_V_ERR_CERT_HAS_EXPIRED) *reason_ += " (or this machine's clock is wrong)";
        if (number == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY || number == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN ||
            number == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
            *reason_ += " (its authority is not known here: name it with --ca-file)";
    }

    std::shared_ptr<std::string> reason_;
    std::thread::id owner_ = std::this_thread::get_id();
};

void bindHost(Context& context, const std::string& host)
{
    auto* const parameters = SSL_CTX_get0_param(context.sslContext());
    X509_VERIFY_PARAM_set_hostflags(parameters,
                                    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    Poco::Net::IPAddress address;
    const bool literal = Poco::Net::IPAddress::tryParse(host, address);
    const int bound = literal ? X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str())
                              : X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), 0);
    if (bound != 1) throw Poco::InvalidArgumentException("cannot bind the TLS connection to the host " + host);
}

} // namespace

Tls::Tls(const std::string& host, const std::filesystem::path& caFile) : refusal_(std::make_shared<std::string>())
{
    ERR_clear_error(); // Old entries would be shown as the reason of the next failure.
    Context::Params parameters;
    parameters.verificationMode = Context::VERIFY_STRICT;
    parameters.loadDefaultCAs = caFile.empty();
    parameters.caLocation = caFile.string();
    parameters.cipherList = "ECDHE+AESGCM:ECDHE+CHACHA20";
    context_ = new Context(Context::TLS_CLIENT_USE, parameters);
    context_->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    context_->enableExtendedCertificateVerification(true);
    context_->setInvalidCertificateHandler(new Refusals(refusal_));
    bindHost(*context_, host);
}

} // namespace baton::transport
