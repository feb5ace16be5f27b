#include "client/verify/Memory.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/verify/KeyListJson.h"
#include "client/verify/Sha256.h"

#include <algorithm>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::size_t MostRecords = 64;

std::string rootOf(const std::vector<PublicKey>& configured)
{
    std::vector<std::string> ids;
    for (const auto& key : configured) ids.push_back(key.id());
    std::sort(ids.begin(), ids.end());
    std::string all;
    for (const auto& id : ids) all += id + '\n';
    return sha256Of(all);
}

Json toJson(const Record& record)
{
    return {{"app", record.app},
            {"signers", record.signers},
            {"highest", record.highest},
            {"floor", record.floor},
            {"newest", printTimestamp(record.newest)},
            {"takenBack", printTimestamp(record.takenBack)},
            {"threshold", record.threshold}};
}

Record recordFrom(const Json& object)
{
    Record record;
    record.app = text(object, "app");
    record.signers = optionalTexts(object, "signers", MostRecords);
    for (const auto& id : record.signers)
        if (!isSha256Hex(id)) throw std::runtime_error("signers holds what is no key's id");
    record.highest = text(object, "highest");
    record.floor = text(object, "floor");
    record.newest = time(object, "newest");
    record.takenBack = time(object, "takenBack");
    if (object.contains("threshold")) record.threshold = static_cast<int>(number(object, "threshold", 0, MostRecords));
    return record;
}

bool isListed(const std::vector<std::string>& versions, const std::string& version)
{
    return std::find(versions.begin(), versions.end(), version) != versions.end();
}

// What nobody believes, then what remembers no version, then what was learnt first. A mirror can show one statement
// with each choice of its signatures: that must not drive out what was committed.
void makeRoom(std::vector<Record>& records, const KeySet& keys)
{
    if (records.size() < MostRecords) return;
    auto last = std::find_if(records.begin(), records.end(), [&](const Record& one) { return !counts(one, keys); });
    if (last == records.end())
        last = std::find_if(records.begin(), records.end(),
                            [](const Record& one) { return one.highest.empty() && one.floor.empty(); });
    records.erase(last == records.end() ? records.begin() : last);
}

// There are as many as there are sets of signers.
Record& recordOf(Memory& memory, const std::string& app, const std::vector<std::string>& signers, const KeySet& keys)
{
    auto& records = memory.records;
    const auto found = std::find_if(records.begin(), records.end(),
                                    [&](const Record& one) { return one.app == app && one.signers == signers; });
    if (found != records.end()) {
        if (found->threshold > 0) found->threshold = std::min(found->threshold, keys.threshold);
        return *found;
    }
    makeRoom(records, keys);
    records.push_back({app, signers, {}, {}, {}, {}, keys.threshold});
    return records.back();
}

KeySet allOf(const KeyList& list)
{
    KeySet set{{}, list.threshold};
    for (const auto& listed : list.keys) set.keys.push_back(listed.key);
    return set;
}

} // namespace

std::string print(const Memory& memory)
{
    Json document{{"root", memory.root}};
    document["keys"] = memory.keys ? toJson(*memory.keys) : Json(nullptr);
    document["records"] = Json::array();
    for (const auto& record : memory.records) document["records"].push_back(toJson(record));
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Memory parseMemory(const std::string& bytes)
try {
    Memory memory;
    const auto document = parseStrictly(bytes, "it");
    memory.root = text(document, "root");
    if (const auto& keys = member(document, "keys"); !keys.is_null()) memory.keys = keyListFrom(keys);
    for (const auto& one : list(document, "records", MostRecords)) memory.records.push_back(recordFrom(one));
    return memory;
} catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string("the memory of signed statements is damaged: ") + e.what());
}

bool counts(const Record& record, const KeySet& keys)
{
    const auto left = std::count_if(keys.keys.begin(), keys.keys.end(),
                                    [&](const PublicKey& key) { return isListed(record.signers, key.id()); });
    return left > 0 && left >= (record.threshold > 0 ? std::min(record.threshold, keys.threshold) : keys.threshold);
}

Believed believedOf(const Memory& memory, const std::vector<PublicKey>& configured, WallTime clock)
{
    Believed believed{{configured, 1}, 0, std::nullopt, clock};
    const bool hasList = memory.keys && memory.root == rootOf(configured);
    if (hasList) {
        believed.keys = keysAt(*memory.keys, clock);
        believed.version = memory.keys->version;
        believed.expires = memory.keys->expires;
    }
    for (const auto& record : memory.records)
        if (counts(record, believed.keys)) believed.now = std::max(believed.now, record.newest);
    if (hasList) believed.keys = keysAt(*memory.keys, believed.now); // Some may have run out in that time.
    return believed;
}

Memory followed(Memory memory, const std::vector<PublicKey>& configured, const std::vector<std::string>& lists,
                WallTime clock, std::vector<std::string>& remarks)
{
    const auto root = rootOf(configured);
    if (memory.root != root) memory.keys.reset();
    memory.root = root;
    for (const auto& text : lists) {
        const auto believed = believedOf(memory, configured, clock);
        // All keys of a list sign the next one, whatever their time: who was away for long must not be left behind.
        const auto& trusted = memory.keys ? allOf(*memory.keys) : believed.keys;
        auto next = nextKeyList(believed.version, trusted, text);
        if (next)
            memory.keys = *std::move(next);
        else
            remarks.push_back("a list of keys is not followed: " + next.error().detail);
    }
    return memory;
}

Memory seen(Memory memory, const Statement& statement, const std::vector<std::string>& signers, const KeySet& keys)
{
    auto& record = recordOf(memory, statement.appId, signers, keys);
    record.newest = std::max(record.newest, statement.issued);
    return memory;
}

Memory committed(Memory memory, const Statement& statement, const std::vector<std::string>& signers, const KeySet& keys,
                 const IsNewer& isNewer)
{
    (void)recordOf(memory, statement.appId, signers, keys);
    for (auto& record : memory.records) {
        const bool isOwn = record.signers == signers;
        if (record.app != statement.appId || !(isOwn || counts(record, keys))) continue;
        if (isNewer(record.highest, statement.version) && isListed(statement.allowDowngradeFrom, record.highest)) {
            record.highest = statement.version;
            record.takenBack = std::max(record.takenBack, statement.issued);
        }
        if (!isOwn) continue;
        if (isNewer(statement.version, record.highest)) record.highest = statement.version;
        if (!statement.floor.empty() && isNewer(statement.floor, record.floor)) record.floor = statement.floor;
    }
    return memory;
}

} // namespace baton::verify
