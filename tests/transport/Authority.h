// A certificate authority for one test: makes keys and certificates in memory, good and bad ones.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace baton::testing {

struct Wish {
    std::string name = "DNS:localhost"; ///< the subjectAltName; empty: only a common name, "localhost"
    long notBefore = -3600;             ///< seconds from now
    long notAfter = 3600;
};

/// The certificate's pin as curl has it, by OpenSSL's command: a second opinion.
std::string pinByCommand(const std::filesystem::path& certificate);

/// Writes DIRECTORY/ca.pem, server.pem and server.key: a server certificate as wished, signed by a fresh authority, and
/// client.pem, client.key, and locked.key, which is the same with a passphrase.
void makeCertificates(const std::filesystem::path& directory, const Wish& wish);

} // namespace baton::testing
