#include "client/store/Release.h"

#include "client/core/Text.h"
#include "client/store/Json.h"

#include <algorithm>

namespace baton::store {

bool isSameMake(const std::vector<StoredPackage>& one, const std::vector<StoredPackage>& other)
{
    return one.size() == other.size() && !one.empty() && one.front().sha256 == other.front().sha256 &&
           std::equal(one.begin() + 1, one.end(), other.begin() + 1);
}

std::string print(const Release& release)
{
    Json document = {{"format", 1}, {"version", release.key.version}, {"sha256", release.key.sha256}};
    document["program"] = release.program;
    document["packages"] = Json::array();
    for (const auto& package : release.packages) document["packages"].push_back(toJson(package));
    if (!release.apps.empty()) document["apps"] = Json::array();
    for (const auto& app : release.apps) document["apps"].push_back(toJson(app));
    if (!release.signers.empty()) document["signers"] = release.signers;
    if (release.canonical) document["canonical"] = true;
    return document.dump(2) + '\n';
}

Release parseRelease(const std::string& text)
{
    const auto document = parseObject(text, ReleaseFileName);
    Release release{keyFrom(document), {}, store::text(document, "program")};
    if (!release.program.empty() && !isPlainName(release.program))
        throw std::runtime_error("program is not a plain name: " + escaped(release.program));
    for (const auto& package : member(document, "packages")) release.packages.push_back(packageFrom(package));
    if (document.contains("apps"))
        for (const auto& app : member(document, "apps")) release.apps.push_back(appFrom(app));
    if (document.contains("signers"))
        for (const auto& signer : member(document, "signers")) {
            if (!signer.is_string()) throw std::runtime_error("signers is no list of texts");
            release.signers.push_back(signer.get<std::string>());
        }
    release.canonical = flag(document, "canonical");
    return release;
}

} // namespace baton::store
