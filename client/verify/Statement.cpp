#include "client/verify/Statement.h"

#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/verify/InToto.h"

#include <algorithm>
#include <stdexcept>

namespace baton::verify {
namespace {

constexpr std::string_view Predicate = "urn:baton:release:1";
constexpr std::size_t MostPackages = 64;
constexpr std::size_t MostTexts = 256;

std::string plainName(const Json& object)
{
    auto name = text(object, "name");
    if (!isPlainName(name)) throw std::runtime_error("name is no plain name: " + escaped(name, 60));
    return name;
}

std::vector<SignedPackage> packagesFrom(const Json& document, const Json& predicate)
{
    std::vector<SignedPackage> packages;
    const auto& sizes = member(predicate, "sizes");
    for (const auto& subject : list(document, "subject", MostPackages)) {
        SignedPackage package{plainName(subject), 0, sha256(member(subject, "digest"), "sha256")};
        package.sizeBytes = number(sizes, package.name.c_str(), 1, LargestPackage);
        const auto isSame = [&](const SignedPackage& other) { return other.name == package.name; };
        if (std::any_of(packages.begin(), packages.end(), isSame))
            throw std::runtime_error("subject names " + package.name + " twice");
        packages.push_back(std::move(package));
    }
    if (packages.empty()) throw std::runtime_error("subject is empty");
    return packages;
}

std::vector<SignedDelta> deltasFrom(const Json& predicate)
{
    std::vector<SignedDelta> deltas;
    if (!predicate.contains("deltas")) return deltas;
    for (const auto& one : list(predicate, "deltas", MostTexts))
        deltas.push_back({sha256(one, "from"), plainName(one), text(one, "algorithm"),
                          number(one, "size", 1, LargestPackage), sha256(one, "sha256")});
    return deltas;
}

std::string optionalVersion(const Json& predicate, const char* name)
{
    return predicate.contains(name) ? version(predicate, name) : std::string();
}

Statement statementFrom(const Json& document)
{
    const auto& predicate = predicateOf(document, Predicate);
    Statement statement;
    statement.packages = packagesFrom(document, predicate);
    statement.appId = text(predicate, "appId");
    statement.version = version(predicate, "version");
    statement.tracks = optionalTexts(predicate, "tracks", MostTexts);
    statement.os = optionalText(predicate, "os");
    statement.arch = optionalText(predicate, "arch");
    if (predicate.contains("tree")) statement.tree = sha256(predicate, "tree");
    statement.issued = time(predicate, "issued");
    statement.expires = time(predicate, "expires");
    if (statement.expires <= statement.issued) throw std::runtime_error("expires is not after issued");
    statement.floor = optionalVersion(predicate, "floor");
    statement.allowDowngradeFrom = optionalTexts(predicate, "allowDowngradeFrom", MostTexts);
    statement.allowSetuid = optionalTexts(predicate, "allowSetuid", MostTexts);
    statement.deltas = deltasFrom(predicate);
    return statement;
}

void say(Json& predicate, const char* name, const std::string& text)
{
    if (!text.empty()) predicate[name] = text;
}

void say(Json& predicate, const char* name, const std::vector<std::string>& texts)
{
    if (!texts.empty()) predicate[name] = texts;
}

} // namespace

std::string print(const Statement& statement)
{
    Json subjects = Json::array();
    Json sizes = Json::object();
    for (const auto& package : statement.packages) {
        subjects.push_back({{"name", package.name}, {"digest", {{"sha256", package.sha256}}}});
        sizes[package.name] = package.sizeBytes;
    }
    Json predicate{{"appId", statement.appId}, {"version", statement.version}};
    say(predicate, "tracks", statement.tracks);
    say(predicate, "os", statement.os);
    say(predicate, "arch", statement.arch);
    predicate["sizes"] = sizes;
    say(predicate, "tree", statement.tree);
    predicate["issued"] = printTimestamp(statement.issued);
    predicate["expires"] = printTimestamp(statement.expires);
    say(predicate, "floor", statement.floor);
    say(predicate, "allowDowngradeFrom", statement.allowDowngradeFrom);
    say(predicate, "allowSetuid", statement.allowSetuid);
    for (const auto& delta : statement.deltas)
        predicate["deltas"].push_back({{"from", delta.from},
                                       {"name", delta.name},
                                       {"algorithm", delta.algorithm},
                                       {"size", delta.sizeBytes},
                                       {"sha256", delta.sha256}});
    return inToto(subjects, Predicate, predicate);
}

Statement parseStatement(const VerifiedPayload& payload)
try {
    return statementFrom(parseStrictly(payload.bytes(), "the statement"));
} catch (const std::runtime_error& e) {
    throw std::runtime_error(std::string("the signed statement is damaged: ") + e.what());
}

} // namespace baton::verify
