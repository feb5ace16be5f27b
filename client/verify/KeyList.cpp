#include "client/verify/KeyList.h"

#include "client/core/Timestamp.h"
#include "client/verify/InToto.h"
#include "client/verify/KeyListJson.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::string_view Predicate = "urn:baton:keys:1";
constexpr std::size_t MostKeys = 32;

ListedKey listedKeyFrom(const Json& object)
{
    const auto& pem = member(object, "pem"); // Several lines, so no text() of ours.
    if (!pem.is_string()) throw std::runtime_error("pem is no text");
    auto keys = parsePublicKeys(pem.get<std::string>());
    if (keys.size() != 1) throw std::runtime_error("pem holds more than one key");
    return {std::move(keys.front()), optionalTime(object, "from"), optionalTime(object, "until")};
}

Failure notFollowed(const std::string& why) { return {Category::Install, code::VerificationFailed, why}; }

} // namespace

KeySet keysAt(const KeyList& list, WallTime now)
{
    KeySet set{{}, list.threshold};
    for (const auto& listed : list.keys)
        if ((!listed.from || *listed.from <= now) && (!listed.until || now < *listed.until))
            set.keys.push_back(listed.key);
    return set;
}

Json toJson(const KeyList& list)
{
    Json predicate{{"version", list.version}, {"threshold", list.threshold}};
    predicate["keys"] = Json::array();
    for (const auto& listed : list.keys) {
        Json key{{"pem", listed.key.pem()}};
        if (listed.from) key["from"] = printTimestamp(*listed.from);
        if (listed.until) key["until"] = printTimestamp(*listed.until);
        predicate["keys"].push_back(std::move(key));
    }
    predicate["expires"] = printTimestamp(list.expires);
    return predicate;
}

KeyList keyListFrom(const Json& predicate)
{
    KeyList found;
    found.version = static_cast<int>(number(predicate, "version", 1, std::numeric_limits<int>::max()));
    for (const auto& one : list(predicate, "keys", MostKeys)) {
        auto listed = listedKeyFrom(one);
        if (std::any_of(found.keys.begin(), found.keys.end(),
                        [&](const ListedKey& other) { return other.key == listed.key; }))
            throw std::runtime_error("keys names one key twice");
        found.keys.push_back(std::move(listed));
    }
    if (found.keys.empty()) throw std::runtime_error("keys is empty");
    found.threshold = static_cast<int>(number(predicate, "threshold", 1, static_cast<std::int64_t>(found.keys.size())));
    found.expires = time(predicate, "expires");
    return found;
}

std::string print(const KeyList& list) { return inToto(Json::array(), Predicate, toJson(list)); }

KeyList parseKeyList(const VerifiedPayload& payload)
try {
    return keyListFrom(predicateOf(parseStrictly(payload.bytes(), "the list"), Predicate));
} catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string("the list of keys is damaged: ") + e.what());
}

Result<KeyList> nextKeyList(int version, const KeySet& trusted, std::string_view text)
try {
    const auto envelope = parseEnvelope(text);
    const auto byOld = verify(envelope, trusted);
    if (!byOld) return notFollowed("of the keys that it replaces: " + byOld.error().detail);
    auto next = parseKeyList(*byOld);
    if (next.version != version + 1)
        return notFollowed("it is version " + std::to_string(next.version) + ", and " + std::to_string(version + 1) +
                           " comes next");
    KeySet own{{}, next.threshold};
    for (const auto& listed : next.keys) own.keys.push_back(listed.key);
    if (const auto byNew = verify(envelope, own); !byNew)
        return notFollowed("of its own keys: " + byNew.error().detail);
    return next;
} catch (const std::runtime_error& e) {
    return notFollowed(e.what());
}

} // namespace baton::verify
