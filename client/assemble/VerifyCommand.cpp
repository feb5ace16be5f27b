#include "client/assemble/VerifyCommand.h"

#include "client/assemble/PackageFile.h"
#include "client/assemble/PublicKeys.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/os/Files.h"
#include "client/source/Source.h"
#include "client/verify/Judge.h"

#include <nlohmann/json.hpp>

#include <ostream>
#include <system_error>

namespace baton::assemble {
namespace {

using Json = nlohmann::ordered_json;

std::string statementText(const std::string& file)
try {
    auto text = os::readWhole(file, verify::LongestEnvelope);
    if (!text)
        throw UsageError("there is no statement " + escaped(file) + "; name it by --statement", exitcode::NoInput);
    return *std::move(text);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::NoInput);
}

/// A line of the answer: what was asked, and empty or what is wrong.
struct Finding {
    std::string name;
    std::string what;
    std::string fault;
};

// What nobody said on the command line is taken from the statement itself: then that rule says nothing.
verify::Offered offeredAs(const Values& values, const verify::Statement& statement,
                          std::vector<verify::SignedPackage> packages)
{
    return {values.has("app-id") ? values.text("app-id") : statement.appId,
            values.has("app-version") ? values.text("app-version") : statement.version,
            std::move(packages),
            {}};
}

std::vector<Finding> findingsOf(const verify::Statement& statement, const verify::Case& known)
{
    std::vector<Finding> findings;
    for (const auto& rule : verify::ruleTable())
        findings.push_back({std::string(rule.name), std::string(rule.what), rule.fault(statement, known)});
    return findings;
}

void printForPeople(std::ostream& out, const verify::Ruling& ruling, const std::vector<Finding>& findings)
{
    for (const auto& id : ruling.signers) out << "signed by    " << id << '\n';
    if (const auto& statement = ruling.statement) {
        out << "app          " << escaped(statement->appId) << "\nversion      " << statement->version
            << "\nissued       " << printTimestamp(statement->issued) << "\nexpires      "
            << printTimestamp(statement->expires) << '\n';
        for (const auto& package : statement->packages)
            out << "package      " << package.sha256 << "  " << package.name << ", " << package.sizeBytes << " bytes\n";
    }
    for (const auto& finding : findings)
        out << (finding.fault.empty() ? "holds        " + finding.what : "FAILS        " + finding.fault) << '\n';
}

Json jsonOf(const verify::Ruling& ruling, const std::vector<Finding>& findings)
{
    Json json{{"verified", !ruling.refusal.has_value()}, {"signers", ruling.signers}};
    json["reason"] = ruling.refusal ? Json(ruling.refusal->detail) : Json(nullptr);
    json["rules"] = Json::object();
    for (const auto& finding : findings)
        json["rules"][finding.name] = finding.fault.empty() ? Json(true) : Json(finding.fault);
    return json;
}

} // namespace

int verifyCommand(const Resolved& resolved, WallTime now, std::ostream& out)
{
    const auto& values = resolved.values;
    if (resolved.rest.empty())
        throw UsageError("say what to verify: baton verify --public-key release.key.pub PACKAGE…");
    verify::Terms terms{publicKeysOf(values),
                        values.text("track"),
                        {values.has("for-os") ? values.text("for-os") : verify::thisPlatform().os,
                         values.has("for-arch") ? values.text("for-arch") : verify::thisPlatform().arch},
                        now,
                        source::isNewer};
    if (terms.keys.empty()) throw UsageError("say whom to believe: --public-key FILE, or a directory of keys");
    const auto text =
        statementText(values.has("statement") ? values.text("statement") : resolved.rest.front() + ".dsse.json");
    verify::Offered offered;
    for (const auto& file : resolved.rest) offered.packages.push_back(packageOf(file));
    auto ruling = verify::judge({}, terms, offered, text);
    std::vector<Finding> findings;
    if (ruling.statement) {
        offered = offeredAs(values, *ruling.statement, std::move(offered.packages));
        if (!values.has("track") && !ruling.statement->tracks.empty()) terms.track = ruling.statement->tracks.front();
        ruling = verify::judge({}, terms, offered, text);
        findings = findingsOf(*ruling.statement, verify::caseOf({}, terms, offered));
    }
    if (values.isOn("json"))
        out << jsonOf(ruling, findings).dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    else
        printForPeople(out, ruling, findings);
    if (!ruling.refusal) return exitcode::Ok;
    out.flush();
    throw UsageError("not verified: " + ruling.refusal->detail, exitcode::Data);
}

} // namespace baton::assemble
