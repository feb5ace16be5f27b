#include "client/verify/Envelope.h"

#include "client/core/Text.h"
#include "client/verify/Base64.h"
#include "client/verify/StrictJson.h"

#include <algorithm>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::size_t MostSignatures = 16;
constexpr std::size_t LongestSignature = 1024;

std::string bytesOf(const Json& object, const char* name)
{
    auto bytes = fromBase64(text(object, name));
    if (!bytes) throw std::runtime_error(std::string(name) + " is no base64");
    return *std::move(bytes);
}

Signature signatureFrom(const Json& object)
{
    Signature signature{optionalText(object, "keyid"), bytesOf(object, "sig")};
    if (signature.bytes.empty() || signature.bytes.size() > LongestSignature)
        throw std::runtime_error("sig is no signature");
    return signature;
}

Failure unsignedBecause(const std::string& why) { return {Category::Install, code::VerificationFailed, why}; }

std::string countOf(std::size_t signers, const KeySet& trusted)
{
    if (signers == 0) return "none of the trusted keys has signed it";
    return std::to_string(signers) + " of the " + std::to_string(trusted.threshold) +
           " different trusted keys that are needed have signed it";
}

} // namespace

std::string print(const Envelope& envelope)
{
    Json document{{"payloadType", envelope.payloadType}, {"payload", toBase64(envelope.payload)}};
    document["signatures"] = Json::array();
    for (const auto& signature : envelope.signatures)
        document["signatures"].push_back({{"keyid", signature.keyId}, {"sig", toBase64(signature.bytes)}});
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Envelope parseEnvelope(std::string_view bytes, Signatures wanted)
{
    if (bytes.size() > LongestEnvelope) throw std::runtime_error("the envelope is longer than 64 KiB");
    const auto document = parseStrictly(bytes, "the envelope");
    try {
        Envelope envelope{text(document, "payloadType"), bytesOf(document, "payload"), {}};
        for (const auto& one : list(document, "signatures", MostSignatures))
            envelope.signatures.push_back(signatureFrom(one));
        if (envelope.signatures.empty() && wanted == Signatures::OneAtLeast)
            throw std::runtime_error("signatures is empty");
        return envelope;
    } catch (const std::runtime_error& e) {
        throw std::runtime_error(std::string("the envelope is no DSSE: its ") + e.what());
    }
}

std::string preAuthEncoding(std::string_view payloadType, std::string_view payload)
{
    std::string encoded = "DSSEv1 " + std::to_string(payloadType.size()) + ' ';
    encoded.append(payloadType).append(" ").append(std::to_string(payload.size())).append(" ").append(payload);
    return encoded;
}

Result<VerifiedPayload> verify(const Envelope& envelope, const KeySet& trusted)
{
    if (envelope.payloadType != InTotoType)
        return unsignedBecause("its payload is of the type " + escaped(envelope.payloadType, 60) + ", not " +
                               std::string(InTotoType));
    const auto message = preAuthEncoding(envelope.payloadType, envelope.payload);
    std::vector<std::string> signers;
    for (const auto& key : trusted.keys) {
        const bool known = std::find(signers.begin(), signers.end(), key.id()) != signers.end();
        if (!known && std::any_of(envelope.signatures.begin(), envelope.signatures.end(),
                                  [&](const Signature& one) { return key.hasSigned(message, one.bytes); }))
            signers.push_back(key.id());
    }
    // A threshold of nobody would be reached by anybody.
    if (signers.empty() || static_cast<std::int64_t>(signers.size()) < trusted.threshold)
        return unsignedBecause(countOf(signers.size(), trusted));
    std::sort(signers.begin(), signers.end());
    return VerifiedPayload(envelope.payload, std::move(signers));
}

} // namespace baton::verify
