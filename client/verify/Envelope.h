// A DSSE envelope: some bytes, and signatures over them.  [secure-systems-lab/dsse, envelope.md and protocol.md]
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/verify/PublicKey.h"

#include <string>
#include <string_view>
#include <vector>

namespace baton::verify {

/// The longest envelope that is read.
inline constexpr std::size_t LongestEnvelope = std::size_t{64} * 1024;

/// What the payload of every envelope of ours is.
inline constexpr std::string_view InTotoType = "application/vnd.in-toto+json";

struct Signature {
    std::string keyId; ///< a hint that decides nothing; may be empty
    std::string bytes;

    friend bool operator==(const Signature&, const Signature&) = default;
};

struct Envelope {
    std::string payloadType;
    std::string payload; ///< the very bytes; nothing of them means anything before they are verified
    std::vector<Signature> signatures;

    friend bool operator==(const Envelope&, const Envelope&) = default;
};

std::string print(const Envelope& envelope);

/// One that is signed elsewhere has none for a while.
enum class Signatures { OneAtLeast, MayBeMissing };

/// @throws std::runtime_error saying what is wrong: too long, no strict JSON or base64, none or more than 16
/// signatures.
Envelope parseEnvelope(std::string_view text, Signatures wanted = Signatures::OneAtLeast);

/// What is signed: "DSSEv1", the type and the payload, each with its length.
std::string preAuthEncoding(std::string_view payloadType, std::string_view payload);

/// So many different ones of these keys must have signed.
struct KeySet {
    std::vector<PublicKey> keys;
    int threshold = 1;

    friend bool operator==(const KeySet&, const KeySet&) = default;
};

/// Bytes that enough of the trusted keys have signed; only verify() makes one.
class VerifiedPayload {
public:
    const std::string& bytes() const { return bytes_; }
    const std::vector<std::string>& signers() const { return signers_; } ///< ids of the keys, sorted

private:
    VerifiedPayload(std::string bytes, std::vector<std::string> signers)
        : bytes_(std::move(bytes)),
          signers_(std::move(signers))
    {
    }
    friend Result<VerifiedPayload> verify(const Envelope& envelope, const KeySet& trusted);

    std::string bytes_;
    std::vector<std::string> signers_;
};

/// A failure says how many have signed, and that of another type nothing is believed.
Result<VerifiedPayload> verify(const Envelope& envelope, const KeySet& trusted);

} // namespace baton::verify
