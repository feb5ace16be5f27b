// OpenSSL's handles, owned, and its errors, which nobody after us shall find.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

namespace baton::verify {

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* thing) const
    {
        Free(thing);
    }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free>>;
using Digesting = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

/// What OpenSSL notes down of a failure stays with the thread, and its next TLS connection would take it for its own.
struct NothingLeft {
    NothingLeft() = default;
    NothingLeft(const NothingLeft&) = delete;
    NothingLeft& operator=(const NothingLeft&) = delete;
    ~NothingLeft() { ERR_clear_error(); }
};

inline const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
inline unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

inline Bio bioOf(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

inline std::string contentOf(BIO* bio)
{
    char* data = nullptr;
    const auto length = BIO_get_mem_data(bio, &data);
    return {data, static_cast<std::size_t>(length)};
}

} // namespace baton::verify
