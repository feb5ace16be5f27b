#include "client/verify/Rules.h"

#include "client/core/Failure.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"

#include <algorithm>
#include <array>

namespace baton::verify {
namespace {

const SignedPackage* find(const std::vector<SignedPackage>& packages, const std::string& name)
{
    const auto found =
        std::find_if(packages.begin(), packages.end(), [&](const SignedPackage& one) { return one.name == name; });
    return found == packages.end() ? nullptr : &*found;
}

bool allowsAfter(const Statement& statement, const std::string& version)
{
    const auto& listed = statement.allowDowngradeFrom;
    return std::find(listed.begin(), listed.end(), version) != listed.end();
}

std::string app(const Statement& statement, const Case& known)
{
    if (statement.appId == known.appId) return {};
    return "the statement is for the app " + escaped(statement.appId, 80) + ", not for " + escaped(known.appId, 80);
}

std::string version(const Statement& statement, const Case& known)
{
    if (statement.version == known.version) return {};
    return "the statement is for version " + statement.version + ", but " + known.version + " was offered";
}

std::string order(const Statement& statement, const Case& known)
{
    if (known.isNewer(statement.version, {})) return {};
    return "version " + statement.version + " has no order among versions";
}

std::string named(const Statement& statement, const Case& known)
{
    for (const auto& package : known.packages)
        if (find(statement.packages, package.name) == nullptr)
            return "the statement does not name the package " + package.name;
    return {};
}

std::string digest(const Statement& statement, const Case& known)
{
    for (const auto& package : known.packages) {
        const auto* const promised = find(statement.packages, package.name);
        if (promised != nullptr && promised->sha256 != package.sha256)
            return package.name + " has the SHA-256 " + package.sha256 + ", but " + promised->sha256 + " was signed";
    }
    return {};
}

std::string size(const Statement& statement, const Case& known)
{
    for (const auto& package : known.packages) {
        const auto* const promised = find(statement.packages, package.name);
        if (promised != nullptr && promised->sizeBytes != package.sizeBytes)
            return package.name + " has " + std::to_string(package.sizeBytes) + " bytes, but " +
                   std::to_string(promised->sizeBytes) + " were signed";
    }
    return {};
}

// A release is whole or not at all: half of one may be as bad as an old one.
std::string complete(const Statement& statement, const Case& known)
{
    for (const auto& promised : statement.packages)
        if (find(known.packages, promised.name) == nullptr)
            return "the signed package " + promised.name + " is not among what was offered";
    return {};
}

// The first package is what becomes the program.
std::string first(const Statement& statement, const Case& known)
{
    const auto& promised = statement.packages.front().name;
    if (known.packages.empty() || known.packages.front().name == promised) return {};
    return "the release's first package is " + promised + ", but " + known.packages.front().name + " was offered first";
}

std::string track(const Statement& statement, const Case& known)
{
    const auto& tracks = statement.tracks;
    if (tracks.empty() || std::find(tracks.begin(), tracks.end(), known.track) != tracks.end()) return {};
    return "the statement is for the track " + escaped(tracks.front(), 60) + (tracks.size() > 1 ? " and others" : "") +
           ", not for " + (known.track.empty() ? "a machine without a track" : escaped(known.track, 60));
}

std::string system(const Statement& statement, const Case& known)
{
    if (statement.os.empty() || statement.os == known.platform.os) return {};
    return "the statement is for " + escaped(statement.os, 40) + ", and this is " + known.platform.os;
}

std::string machine(const Statement& statement, const Case& known)
{
    if (statement.arch.empty() || statement.arch == known.platform.arch) return {};
    return "the statement is for machines of " + escaped(statement.arch, 40) + ", and this one is " +
           known.platform.arch;
}

std::string expiry(const Statement& statement, const Case& known)
{
    if (known.now < statement.expires) return {};
    const auto days = std::chrono::duration_cast<std::chrono::hours>(known.now - statement.issued).count() / 24;
    return "the statement ran out at " + printTimestamp(statement.expires) + ", and is " + std::to_string(days) +
           " days old: either nobody signs any more, or somebody holds the new ones back";
}

std::string downgrade(const Statement& statement, const Case& known)
{
    if (known.running.empty() || !known.isNewer(known.running, statement.version)) return {};
    if (allowsAfter(statement, known.running)) return {};
    return statement.version + " is older than " + known.running +
           ", which runs, and the statement does not allow that";
}

std::string rollback(const Statement& statement, const Case& known)
{
    for (const auto& record : known.records)
        if (known.isNewer(record.highest, statement.version) && !allowsAfter(statement, record.highest))
            return statement.version + " is older than " + record.highest +
                   ", which ran here before, and the statement does not allow that";
    return {};
}

std::string floorOf(const Statement& statement, const Case& known)
{
    for (const auto& record : known.records)
        if (known.isNewer(record.floor, statement.version))
            return statement.version + " is older than " + record.floor + ", below which nothing is to run any more";
    return {};
}

// Whoever took 1.6.0 back does not want to see its old statement again.
std::string takenBack(const Statement& statement, const Case& known)
{
    for (const auto& record : known.records)
        if (statement.issued < record.takenBack && known.isNewer(statement.version, record.highest))
            return "the statement is older than the one that took newer releases back, issued at " +
                   printTimestamp(record.takenBack);
    return {};
}

constexpr std::array Table{
    Rule{"app", "it is for this app", code::VerificationFailed, app},
    Rule{"version", "it is for the version that was offered", code::VerificationFailed, version},
    Rule{"order", "its version has an order", code::VerificationFailed, order},
    Rule{"named", "it names every package", code::VerificationFailed, named},
    Rule{"digest", "every package has the SHA-256 that was signed", code::HashMismatch, digest},
    Rule{"size", "every package has the size that was signed", code::SizeMismatch, size},
    Rule{"complete", "no package is missing", code::VerificationFailed, complete},
    Rule{"first", "the first package is the one that was signed as the first", code::VerificationFailed, first},
    Rule{"track", "it is for this track", code::VerificationFailed, track},
    Rule{"os", "it is for this system", code::VerificationFailed, system},
    Rule{"arch", "it is for this kind of machine", code::VerificationFailed, machine},
    Rule{"expiry", "it has not run out", code::VerificationFailed, expiry},
    Rule{"downgrade", "its version is not older than what runs", code::VerificationFailed, downgrade},
    Rule{"rollback", "its version is not older than what ran before", code::VerificationFailed, rollback},
    Rule{"floor", "its version is not below the floor", code::VerificationFailed, floorOf},
    Rule{"taken-back", "it was not taken back", code::VerificationFailed, takenBack},
};

} // namespace

std::span<const Rule> ruleTable() { return Table; }

std::optional<Fault> faultOf(const Statement& statement, const Case& known)
{
    for (const auto& rule : Table)
        if (auto sentence = rule.fault(statement, known); !sentence.empty())
            return Fault{rule.name, rule.code, std::move(sentence)};
    return std::nullopt;
}

} // namespace baton::verify
