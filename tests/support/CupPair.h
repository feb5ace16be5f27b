// A key pair for CUP that lives as long as a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace baton::testing {

struct CupPair {
    std::string privatePem;
    std::string publicPem;

    CupPair()
    {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
        if (!key) throw std::runtime_error("no key on P-256");
        privatePem = written(
            [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
        publicPem = written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
    }

private:
    template <typename Write>
    static std::string written(Write write)
    {
        const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
        if (!out || write(out.get()) != 1) throw std::runtime_error("a key cannot be written");
        char* data = nullptr;
        const auto length = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(length)};
    }
};

} // namespace baton::testing
