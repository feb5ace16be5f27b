// The key that a publisher signs with: made, kept under a pass phrase, or left in the hardware that holds it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/verify/PublicKey.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace baton::verify {

class PrivateKey {
public:
    /// Asked at most once, and only where a pass phrase is needed; nothing: there is none to have.
    using PassPhrase = std::function<std::optional<std::string>()>;

    static PrivateKey generate(Algorithm algorithm);

    /// PEM, PKCS #8 or older.  @throws std::runtime_error a sentence without the file's name.
    static PrivateKey parse(std::string_view pem, const PassPhrase& passPhrase);

    /// Whatever a provider of OpenSSL finds under a URI, "pkcs11:token=releases" for example.
    /// @throws std::runtime_error if no provider does.
    static PrivateKey open(const std::string& uri, const PassPhrase& passPhrase);

    /// PKCS #8; under a pass phrase AES-256 with a key by scrypt.
    std::string pem(const std::optional<std::string>& passPhrase) const;

    PublicKey publicKey() const;

    /// In the form that PublicKey::hasSigned() takes.
    std::string sign(std::string_view message) const;

private:
    explicit PrivateKey(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
};

} // namespace baton::verify
