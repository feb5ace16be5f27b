#include "tests/transport/Authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace baton::testing {
namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
    void operator()(T* thing) const { Free(thing); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;

void demand(bool fine)
{
    if (!fine) throw std::runtime_error("OpenSSL cannot make the test's certificates");
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value)
{
    X509V3_CTX context{};
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    demand(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
    X509_EXTENSION_free(extension);
}

Certificate blank(EVP_PKEY* key, const char* commonName, const Wish& wish)
{
    Certificate certificate(X509_new());
    demand(X509_set_version(certificate.get(), 2) == 1);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), commonName[0]);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), wish.notBefore);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), wish.notAfter);
    X509_set_pubkey(certificate.get(), key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(commonName), -1, -1, 0);
    return certificate;
}

template <typename Write>
void writeTo(const std::filesystem::path& path, Write write)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "w"), &std::fclose);
    demand(file && write(file.get()) == 1);
}

} // namespace

void makeCertificates(const std::filesystem::path& directory, const Wish& wish)
{
    const Key authorityKey(EVP_EC_gen("P-256"));
    const Key serverKey(EVP_EC_gen("P-256"));
    const auto authority = blank(authorityKey.get(), "authority", {"", -7200, 7200});
    X509_set_issuer_name(authority.get(), X509_get_subject_name(authority.get()));
    extend(authority.get(), authority.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(authority.get(), authority.get(), NID_key_usage, "critical,keyCertSign");
    demand(X509_sign(authority.get(), authorityKey.get(), EVP_sha256()) > 0);

    const auto server = blank(serverKey.get(), "localhost", wish);
    X509_set_issuer_name(server.get(), X509_get_subject_name(authority.get()));
    extend(server.get(), authority.get(), NID_ext_key_usage, "serverAuth");
    if (!wish.name.empty()) extend(server.get(), authority.get(), NID_subject_alt_name, wish.name);
    demand(X509_sign(server.get(), authorityKey.get(), EVP_sha256()) > 0);

    writeTo(directory / "ca.pem", [&](FILE* file) { return PEM_write_X509(file, authority.get()); });
    writeTo(directory / "server.pem", [&](FILE* file) { return PEM_write_X509(file, server.get()); });
    writeTo(directory / "server.key", [&](FILE* file) {
        return PEM_write_PrivateKey(file, serverKey.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

} // namespace baton::testing
