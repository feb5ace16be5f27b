// What is offered: the releases of each app, newest first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "server-mock/Payload.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace baton::mock {

struct OfferedPackage {
    std::string name;                       ///< one path segment
    std::shared_ptr<const Payload> payload; ///< owned by the catalogue and by each answer that streams it
    bool required = true;
};

struct Release {
    std::string appid; ///< as it was published
    std::string version;
    std::string track;                    ///< empty: offered to every track
    std::vector<OfferedPackage> packages; ///< one at least
};

/// An app's id without its braces and in lower case: how ids are compared, and how they stand in a path.
std::string appKey(const std::string& appid);

/// May be used by many threads.
class Catalogue {
public:
    /// Takes the place of the same app, version and track.  @throws std::invalid_argument saying what cannot be offered
    void put(Release release);

    /// Offers one more package with what is published already.  @throws std::invalid_argument if that is not, or has
    /// one of that name
    void add(const std::string& appid, const std::string& version, const std::string& track, OfferedPackage package);

    /// False if it was not there.
    bool remove(const std::string& appid, const std::string& version, const std::string& track);

    bool knows(const std::string& appid) const;

    /// The newest release for that track, if it is newer than `version`; everything is newer than a text that is no
    /// version ("ForcedUpdate"). `prefix`: a targetversionprefix, of whole components: "1.2" is 1.2 and 1.2.4 and not
    /// 1.20; one that ends with $ is the whole version.
    std::optional<Release> newerThan(const std::string& version, const std::string& appid, const std::string& track,
                                     const std::string& prefix = {}) const;

    /// The release whose first package is of that name; nothing if there is none.
    std::optional<Release> releaseOf(const std::string& appid, const std::string& version,
                                     const std::string& firstPackage) const;

    /// The package of that digest, of any version of the app.
    std::shared_ptr<const Payload> withDigest(const std::string& appid, const std::string& sha256) const;

    /// Nothing if there is none of that name.
    std::shared_ptr<const Payload> find(const std::string& appid, const std::string& version,
                                        const std::string& name) const;

private:
    void demandFree(const Release& release, const OfferedPackage& package) const;

    mutable std::mutex mutex_;
    std::vector<Release> releases_;
};

} // namespace baton::mock
