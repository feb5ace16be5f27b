#include "server-mock/Catalogue.h"

#include "client/core/Text.h"
#include "client/core/Version.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace baton::mock {
namespace {

bool isSameRelease(const Release& a, const std::string& appid, const std::string& version, const std::string& track)
{
    return appKey(a.appid) == appKey(appid) && a.version == version && a.track == track;
}

void demandOfferable(const Release& release)
{
    if (appKey(release.appid).empty() || hasControls(release.appid) || !isUtf8(release.appid))
        throw std::invalid_argument("the app's id is empty or no plain text");
    if (hasControls(release.track) || !isUtf8(release.track)) throw std::invalid_argument("the track is no plain text");
    if (!isVersionText(release.version) || !Version::parse(release.version))
        throw std::invalid_argument("\"" + escaped(release.version) +
                                    "\" is no version; write it as 1.4.0 or 1.4.0-rc.1");
}

void demandName(const std::string& name)
{
    if (!isPlainName(name))
        throw std::invalid_argument(
            "\"" + escaped(name) +
            "\" is no package name; 1-128 of A-Z a-z 0-9 . _ + ~ - are, not beginning with . or -");
}

const OfferedPackage* packageOf(const Release& release, const std::string& name)
{
    const auto found = std::find_if(release.packages.begin(), release.packages.end(),
                                    [&](const OfferedPackage& one) { return one.name == name; });
    return found == release.packages.end() ? nullptr : &*found;
}

bool isBeneath(std::string_view version, std::string_view prefix)
{
    if (prefix.ends_with('$')) return version == prefix.substr(0, prefix.size() - 1);
    if (!version.starts_with(prefix)) return false;
    const auto rest = version.substr(prefix.size());
    return prefix.empty() || prefix.ends_with('.') || rest.empty() || rest.front() == '.';
}

} // namespace

std::string appKey(const std::string& appid)
{
    std::string key = appid;
    if (key.size() >= 2 && key.front() == '{' && key.back() == '}') key = key.substr(1, key.size() - 2);
    std::transform(key.begin(), key.end(), key.begin(), [](unsigned char c) { return std::tolower(c); });
    return key;
}

void Catalogue::put(Release release)
{
    demandOfferable(release);
    const std::lock_guard lock(mutex_);
    for (const auto& package : release.packages) demandFree(release, package);
    std::erase_if(releases_, [&](const Release& other) {
        return isSameRelease(other, release.appid, release.version, release.track);
    });
    releases_.push_back(std::move(release));
}

void Catalogue::add(const std::string& appid, const std::string& version, const std::string& track,
                    OfferedPackage package)
{
    const std::lock_guard lock(mutex_);
    const auto release = std::find_if(releases_.begin(), releases_.end(),
                                      [&](const Release& one) { return isSameRelease(one, appid, version, track); });
    if (release == releases_.end())
        throw std::invalid_argument(escaped(version) + " is not published on that track; publish its first package");
    if (packageOf(*release, package.name) != nullptr)
        throw std::invalid_argument(version + " has a package named " + package.name + " already");
    demandFree(*release, package);
    release->packages.push_back(std::move(package));
}

// A package's address does not name the track.
void Catalogue::demandFree(const Release& release, const OfferedPackage& package) const
{
    demandName(package.name);
    for (const auto& other : releases_) {
        if (appKey(other.appid) != appKey(release.appid) || other.version != release.version ||
            other.track == release.track)
            continue;
        const auto* const same = packageOf(other, package.name);
        if (same != nullptr && same->payload->sha256() != package.payload->sha256())
            throw std::invalid_argument(release.version + " is published on another track with other bytes and the "
                                                          "same package name; give this one another name");
    }
}

bool Catalogue::remove(const std::string& appid, const std::string& version, const std::string& track)
{
    const std::lock_guard lock(mutex_);
    return std::erase_if(releases_, [&](const Release& one) { return isSameRelease(one, appid, version, track); }) > 0;
}

bool Catalogue::knows(const std::string& appid) const
{
    const std::lock_guard lock(mutex_);
    return std::any_of(releases_.begin(), releases_.end(),
                       [key = appKey(appid)](const Release& one) { return appKey(one.appid) == key; });
}

std::optional<Release> Catalogue::newerThan(const std::string& version, const std::string& appid,
                                            const std::string& track, const std::string& prefix) const
{
    const std::lock_guard lock(mutex_);
    auto least = Version::parse(version);
    std::optional<Release> newest;
    for (const auto& one : releases_) {
        if (appKey(one.appid) != appKey(appid) || (!one.track.empty() && one.track != track)) continue;
        if (!isBeneath(one.version, prefix)) continue;
        const auto offered = Version::parse(one.version);
        if (least && *offered <= *least) continue;
        least = offered;
        newest = one;
    }
    return newest;
}

std::optional<Release> Catalogue::releaseOf(const std::string& appid, const std::string& version,
                                            const std::string& firstPackage) const
{
    const std::lock_guard lock(mutex_);
    for (const auto& one : releases_)
        if (appKey(one.appid) == appKey(appid) && one.version == version && one.packages.front().name == firstPackage)
            return one;
    return std::nullopt;
}

std::shared_ptr<const Payload> Catalogue::withDigest(const std::string& appid, const std::string& sha256) const
{
    const std::lock_guard lock(mutex_);
    for (const auto& one : releases_) {
        if (appKey(one.appid) != appKey(appid)) continue;
        for (const auto& package : one.packages)
            if (package.payload->sha256() == sha256) return package.payload;
    }
    return nullptr;
}

std::shared_ptr<const Payload> Catalogue::find(const std::string& appid, const std::string& version,
                                               const std::string& name) const
{
    const std::lock_guard lock(mutex_);
    for (const auto& one : releases_) {
        if (appKey(one.appid) != appKey(appid) || one.version != version) continue;
        if (const auto* const package = packageOf(one, name)) return package->payload;
    }
    return nullptr;
}

} // namespace baton::mock
