// Keys, statements and envelopes for tests: right in everything, to be spoilt in one thing at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Timestamp.h"
#include "client/verify/Envelope.h"
#include "client/verify/KeyList.h"
#include "client/verify/PrivateKey.h"
#include "client/verify/Sha256.h"
#include "client/verify/Statement.h"

#include <string>
#include <vector>

namespace baton::testing {

inline WallTime timeOf(const char* text) { return parseTimestamp(text).value(); }

/// Signs any payload as DSSE has it.
inline std::string enveloped(const std::string& payload, const std::vector<verify::PrivateKey>& keys)
{
    verify::Envelope envelope{std::string(verify::InTotoType), payload, {}};
    const auto message = verify::preAuthEncoding(envelope.payloadType, payload);
    for (const auto& key : keys) envelope.signatures.push_back({key.publicKey().id(), key.sign(message)});
    return print(envelope);
}

inline std::string envelopeOf(const verify::Statement& statement, const std::vector<verify::PrivateKey>& keys)
{
    return enveloped(print(statement), keys);
}

inline std::string envelopeOf(const verify::KeyList& list, const std::vector<verify::PrivateKey>& keys)
{
    return enveloped(print(list), keys);
}

inline verify::PrivateKey newKey(verify::Algorithm algorithm = verify::Algorithm::Ed25519)
{
    return verify::PrivateKey::generate(algorithm);
}

inline std::vector<verify::PublicKey> publicOf(const std::vector<verify::PrivateKey>& keys)
{
    std::vector<verify::PublicKey> found;
    for (const auto& key : keys) found.push_back(key.publicKey());
    return found;
}

/// Version 1.5.0 of io.example.web, one package, issued on the first of June 2026 for a month.
inline verify::Statement goodStatement()
{
    verify::Statement statement;
    statement.packages = {{"web-1.5.0.tar.zst", 4711, verify::sha256Of("web-1.5.0")}};
    statement.appId = "io.example.web";
    statement.version = "1.5.0";
    statement.tracks = {"beta", "stable"};
    statement.os = "linux";
    statement.arch = "x64";
    statement.issued = timeOf("2026-06-01T00:00:00Z");
    statement.expires = timeOf("2026-07-01T00:00:00Z");
    return statement;
}

inline verify::KeyList listOf(int version, const std::vector<verify::PrivateKey>& keys, int threshold = 1)
{
    verify::KeyList list{version, threshold, {}, timeOf("2027-01-01T00:00:00Z")};
    for (const auto& key : keys) list.keys.push_back({key.publicKey(), {}, {}});
    return list;
}

} // namespace baton::testing
