#include "tests/transport/Authority.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
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

void writeKey(const std::filesystem::path& path, EVP_PKEY* key, const std::string& passphrase = {})
{
    std::string word = passphrase;
    writeTo(path, [&](FILE* file) {
        return PEM_write_PrivateKey(file, key, word.empty() ? nullptr : EVP_aes_128_cbc(),
                                    reinterpret_cast<unsigned char*>(word.data()), static_cast<int>(word.size()),
                                    nullptr, nullptr);
    });
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Two authorities of one name could not be told apart.
std::string newName()
{
    static int count = 0;
    return "authority " + std::to_string(++count);
}

struct Authority {
    Key key{EVP_EC_gen("P-256")};
    Certificate certificate = blank(key.get(), newName().c_str(), {"", -7200, 7200});

    Authority()
    {
        X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
        extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
        extend(certificate.get(), certificate.get(), NID_key_usage, "critical,keyCertSign");
        demand(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0);
    }

    // Writes NAME.pem and NAME.key.
    Key issue(const std::filesystem::path& name, const char* commonName, const char* use, const Wish& wish) const
    {
        Key own(EVP_EC_gen("P-256"));
        const auto made = blank(own.get(), commonName, wish);
        X509_set_issuer_name(made.get(), X509_get_subject_name(certificate.get()));
        extend(made.get(), certificate.get(), NID_ext_key_usage, use);
        if (!wish.name.empty()) extend(made.get(), certificate.get(), NID_subject_alt_name, wish.name);
        demand(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
        writeTo(name.string() + ".pem", [&](FILE* file) { return PEM_write_X509(file, made.get()); });
        writeKey(name.string() + ".key", own.get());
        return own;
    }
};

} // namespace

void makeCertificates(const std::filesystem::path& directory, const Wish& wish)
{
    const Authority authority;
    writeTo(directory / "ca.pem", [&](FILE* file) { return PEM_write_X509(file, authority.certificate.get()); });
    authority.issue(directory / "server", "localhost", "serverAuth", wish);
    const auto client = authority.issue(directory / "client", "client", "clientAuth", {""});
    writeKey(directory / "locked.key", client.get(), "passphrase");
}

std::string pinByCommand(const std::filesystem::path& certificate)
{
    const auto command = "openssl x509 -in " + certificate.string() +
                         " -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | "
                         "openssl base64 -A";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
    std::array<char, 64> line{};
    demand(pipe && std::fgets(line.data(), line.size(), pipe.get()) != nullptr);
    return line.data();
}

} // namespace baton::testing
