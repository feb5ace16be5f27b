#include "client/verify/Sha256.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace baton::verify {
namespace {

// OpenSSL says 1 for yes; all else is no.
void demand(int answer, const char* what)
{
    if (answer == 1) return;
    ERR_clear_error();
    throw std::runtime_error(std::string("OpenSSL cannot ") + what +
                             " a SHA-256 digest; see its FIPS or provider setup");
}

} // namespace

struct Sha256::State {
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>())
{
    demand(state_->context ? EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) : 0, "begin");
}

Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes)
{
    demand(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()), "extend");
}

std::string Sha256::finish()
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int length = 0;
    demand(EVP_DigestFinal_ex(state_->context.get(), bytes.data(), &length), "end");
    std::string hex;
    for (unsigned int i = 0; i < length; ++i) {
        hex += Digits[bytes.at(i) >> 4U];
        hex += Digits[bytes.at(i) & 0xFU];
    }
    return hex;
}

std::string sha256Of(std::string_view bytes)
{
    Sha256 digest;
    digest.update(bytes);
    return digest.finish();
}

} // namespace baton::verify
