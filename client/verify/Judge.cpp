#include "client/verify/Judge.h"

#include "client/core/Timestamp.h"

#include <algorithm>
#include <stdexcept>

namespace baton::verify {
namespace {

Failure refused(int code, const std::string& sentence) { return {Category::Install, code, sentence}; }

// Empty, or why there is nobody to believe.
std::string faultOfKeys(const Believed& believed)
{
    if (believed.expires && *believed.expires <= believed.now)
        return "the list of keys, version " + std::to_string(believed.version) + ", ran out at " +
               printTimestamp(*believed.expires) + ": publish keys-" + std::to_string(believed.version + 1) + ".json";
    if (believed.keys.keys.empty())
        return "signatures are required here, and there is no key to verify them with: give --public-key again";
    return {};
}

// What runs was signed by somebody whom nobody believes any more: its version holds nothing up.
bool isForgotten(const Memory& memory, const Believed& believed, const Offered& offered)
{
    bool signedHere = false;
    for (const auto& record : memory.records) {
        if (record.app != offered.appId || record.highest != offered.running) continue;
        if (counts(record, believed.keys)) return false;
        signedHere = true;
    }
    return signedHere;
}

} // namespace

Case caseOf(const Memory& memory, const Terms& terms, const Offered& offered)
{
    const auto believed = believedOf(memory, terms.keys, terms.clock);
    Case known{offered.appId, offered.version, offered.packages, terms.track, terms.platform, offered.running, {},
               believed.now,  terms.isNewer};
    if (isForgotten(memory, believed, offered)) known.running.clear();
    for (const auto& record : memory.records)
        if (record.app == offered.appId && counts(record, believed.keys)) known.records.push_back(record);
    return known;
}

Ruling judge(const Memory& memory, const Terms& terms, const Offered& offered, std::string_view statement)
try {
    Ruling ruling{{}, {}, {}, memory, memory, {}};
    const auto believed = believedOf(memory, terms.keys, terms.clock);
    const auto refuse = [&](int code, const std::string& sentence) {
        ruling.refusal = refused(code, sentence);
        return ruling;
    };
    if (const auto fault = faultOfKeys(believed); !fault.empty()) return refuse(code::VerificationFailed, fault);
    if (statement.empty())
        return refuse(code::SignatureMissing, "it has no signed statement: publish it with baton sign, the file "
                                              "beside its first package, as <package>.dsse.json");
    const auto verified = verify(parseEnvelope(statement), believed.keys);
    if (!verified) return refuse(code::SignatureInvalid, "its statement is not believed: " + verified.error().detail);
    ruling.statement = parseStatement(*verified);
    ruling.signers = verified->signers();
    // First of all for which app: another one's statement teaches nothing here.
    if (ruling.statement->appId == offered.appId)
        ruling.memory = seen(memory, *ruling.statement, ruling.signers, believed.keys);
    if (auto fault = faultOf(*ruling.statement, caseOf(ruling.memory, terms, offered))) {
        ruling.brokenRule = fault->rule;
        return refuse(fault->code, fault->sentence);
    }
    ruling.ifCommitted = committed(ruling.memory, *ruling.statement, ruling.signers, believed.keys, terms.isNewer);
    return ruling;
} catch (const std::runtime_error& e) {
    return {
        refused(code::StatementInvalid, std::string("its statement is none: ") + e.what()), {}, {}, memory, memory, {}};
}

} // namespace baton::verify
