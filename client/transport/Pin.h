// A public key that a server is known by, besides what authorities say of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/types.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace baton::transport {

/// The SHA-256 of a certificate's SubjectPublicKeyInfo in DER.  [RFC 7469, 2.4]
using Pin = std::array<unsigned char, 32>;

/// Reads 64 hex digits, or 44 characters of base64 as curl and HPKP write it.
std::optional<Pin> parsePin(std::string_view text);

/// 64 lower-case hex digits.
std::string print(const Pin& pin);

/// Nothing when OpenSSL cannot write the key down.
std::optional<Pin> pinOf(X509* certificate);

} // namespace baton::transport
