// Keys whose owners are believed: ECDSA on P-256 and Ed25519, and nothing that only looks like them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;

namespace baton::verify {

enum class Algorithm { EcdsaP256, Ed25519 };

/// "ecdsa-p256", "ed25519"
std::string_view nameOf(Algorithm algorithm);

/// Two are equal if they are the same key, however that was written.
class PublicKey {
public:
    /// Takes over a key that OpenSSL has read, of which a public part is enough.
    /// @throws std::runtime_error for what is neither of the two algorithms, or is one that anybody can sign for.
    explicit PublicKey(std::shared_ptr<evp_pkey_st> key);

    const std::string& id() const { return id_; } ///< hex SHA-256 of its SubjectPublicKeyInfo in DER
    Algorithm algorithm() const { return algorithm_; }
    std::string pem() const;

    /// ECDSA with SHA-256 and a signature in DER, or Ed25519. The algorithm is the key's, whatever a statement says.
    bool hasSigned(std::string_view message, std::string_view signature) const;

    friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.id_ == b.id_; }

private:
    std::shared_ptr<evp_pkey_st> key_; // with each copy of this value; never changed
    Algorithm algorithm_;
    std::string id_;
};

/// All keys of a PEM file, one at least, none twice. Lines that begin with # and blank ones may stand around them.
/// @throws std::runtime_error a sentence without the file's name, for what is anything else.
std::vector<PublicKey> parsePublicKeys(std::string_view pem);

} // namespace baton::verify
