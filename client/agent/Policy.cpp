#include "client/agent/Policy.h"

#include "client/core/Text.h"

#include <algorithm>
#include <map>
#include <set>

namespace baton::agent {
namespace {

constexpr std::size_t MostPackages = 64;
constexpr std::int64_t MostBytes = std::int64_t{1} << 53U;

std::vector<store::StoredPackage> storedOf(const std::vector<store::AttemptPackage>& packages)
{
    std::vector<store::StoredPackage> stored;
    for (const auto& package : packages) stored.push_back({package.name, package.sizeBytes, package.sha256});
    return stored;
}

// Empty when they can be one release.
std::string faultOf(const std::vector<store::AttemptPackage>& packages)
{
    if (packages.size() > MostPackages)
        return "it has " + std::to_string(packages.size()) + " packages; at most " + std::to_string(MostPackages) +
               " are taken: pack them as one archive";
    std::int64_t room = MostBytes;
    std::set<std::string> names;
    std::map<std::string, std::int64_t> sizes;
    for (const auto& package : packages) {
        if (!isPlainName(package.name))
            return "the package's name \"" + escaped(package.name) +
                   "\" is no plain file name: publish it under letters, digits and ._+~-";
        if (package.sizeBytes < 1 || package.sizeBytes > room) return "nobody has room for its packages";
        room -= package.sizeBytes;
        if (!names.insert(package.name).second) return "two of its packages are named " + package.name;
        if (sizes.try_emplace(package.sha256, package.sizeBytes).first->second != package.sizeBytes)
            return "two of its packages have one SHA-256 and different sizes";
    }
    return {};
}

} // namespace

store::ReleaseKey keyOf(const source::Offer& offer) { return {offer.version, offer.packages.front().sha256}; }

std::vector<store::AttemptPackage> neededOf(const source::Offer& offer)
{
    std::vector<store::AttemptPackage> needed;
    for (const auto& package : offer.packages)
        if (package.required || needed.empty())
            needed.push_back({package.name, package.sizeBytes, package.sha256, package.urls, {}});
    return needed;
}

Decision decide(const source::Offer& offer, const std::string& running, const store::State& state,
                const std::vector<store::Release>& installed)
{
    if (!source::isNewer(offer.version, running))
        return {Choice::NotNewer, escaped(offer.version) + " is offered, which is not newer than " + running};
    const auto needed = neededOf(offer);
    if (const auto fault = faultOf(needed); !fault.empty())
        return {Choice::Unusable, offer.version + " cannot be taken: " + fault};
    if (state.isBlocked(keyOf(offer)))
        return {Choice::Blocked, offer.version + " is offered again, but it failed here and is blocked"};
    const bool isOther = std::any_of(installed.begin(), installed.end(), [&](const store::Release& release) {
        return release.key == keyOf(offer) && !isSameMake(release.packages, storedOf(needed));
    });
    if (isOther)
        return {Choice::Unusable, offer.version + " is installed here with other packages beside the first; publish "
                                                  "what is new under a new version"};
    return {};
}

} // namespace baton::agent
