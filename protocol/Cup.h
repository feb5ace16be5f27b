// CUP-ECDSA: a proof that an answer is this server's, to this very question.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct evp_pkey_st;

namespace baton::protocol {

/// A key on the curve P-256. Copies share it; it may be used by many threads.
class CupKey {
public:
    /// @throws std::runtime_error saying what is wrong with the PEM text
    static CupKey publicKey(const std::string& pem);
    static CupKey privateKey(const std::string& pem);

    evp_pkey_st* get() const { return key_.get(); }

private:
    explicit CupKey(std::shared_ptr<evp_pkey_st> key) : key_(std::move(key)) {}

    std::shared_ptr<evp_pkey_st> key_;
};

/// One question and its answer, byte for byte as they travelled.
struct CupExchange {
    std::string_view question;
    std::string_view cup2key; ///< "ID:NONCE"
    std::string_view answer;
};

/// The request's target with `cup2key` and `cup2hreq` behind its query.  [CUP-ECDSA, Client: Before sending]
std::string withCup(const std::string& target, std::string_view cup2key, std::string_view question);

/// What a question's query says in cup2key, percent-decoded; nothing if it has none.
std::optional<std::string> cup2keyOf(std::string_view query);

/// What is before the first colon.
std::string_view cupKeyId(std::string_view cup2key);

/// "HEX:HEX", for the headers X-Cup-Server-Proof and, quoted, ETag.  @throws std::runtime_error if OpenSSL cannot
std::string prove(const CupKey& privateKey, const CupExchange& exchange);

/// Why `proof` (bare, quoted, or with W/) does not prove the exchange; empty if it does.
std::string faultOfProof(const CupKey& publicKey, const CupExchange& exchange, std::string_view proof);

} // namespace baton::protocol
