#include "server-mock/Catalogue.h"

#include "client/core/Text.h"
#include "protocol/Version.h"

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
    if (!isVersionText(release.version) || !protocol::Version::parse(release.version))
        throw std::invalid_argument("\"" + escaped(release.version) +
                                    "\" is no version; write it as 1.4.0 or 1.4.0-rc.1");
    if (!isPlainName(release.name))
        throw std::invalid_argument(
            "\"" + escaped(release.name) +
            "\" is no package name; 1-128 of A-Z a-z 0-9 . _ + ~ - are, not beginning with . or -");
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
    const auto isInTheWay = [&](const Release& other) {
        return appKey(other.appid) == appKey(release.appid) && other.version == release.version &&
               other.name == release.name && other.track != release.track &&
               other.payload->sha256() != release.payload->sha256();
    };
    if (std::any_of(releases_.begin(), releases_.end(), isInTheWay))
        throw std::invalid_argument(release.version + " is published on another track with other bytes and the same "
                                                      "package name; give this one another name");
    std::erase_if(releases_, [&](const Release& other) {
        return isSameRelease(other, release.appid, release.version, release.track);
    });
    releases_.push_back(std::move(release));
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
                                            const std::string& track) const
{
    const std::lock_guard lock(mutex_);
    auto least = protocol::Version::parse(version);
    std::optional<Release> newest;
    for (const auto& one : releases_) {
        if (appKey(one.appid) != appKey(appid) || (!one.track.empty() && one.track != track)) continue;
        const auto offered = protocol::Version::parse(one.version);
        if (least && *offered <= *least) continue;
        least = offered;
        newest = one;
    }
    return newest;
}

std::optional<Release> Catalogue::find(const std::string& appid, const std::string& version,
                                       const std::string& name) const
{
    const std::lock_guard lock(mutex_);
    for (const auto& one : releases_)
        if (appKey(one.appid) == appKey(appid) && one.version == version && one.name == name) return one;
    return std::nullopt;
}

} // namespace baton::mock
