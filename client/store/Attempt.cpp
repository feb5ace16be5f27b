#include "client/store/Attempt.h"

#include "client/core/Text.h"
#include "client/store/Json.h"

#include <algorithm>

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 5> StageNames{"granted", "downloading", "waiting", "downloaded", "installed"};
constexpr int MostFailures = 1'000'000;

Json toJson(const AttemptPackage& package)
{
    auto document = store::toJson(StoredPackage{package.name, package.sizeBytes, package.sha256, package.app});
    document["urls"] = package.urls;
    document["validator"] = package.validator;
    document["failures"] = package.failures;
    if (const auto& delta = package.delta)
        document["delta"] = {{"from", delta->from}, {"size", delta->sizeBytes},      {"sha256", delta->sha256},
                             {"urls", delta->urls}, {"validator", delta->validator}, {"failures", delta->failures}};
    return document;
}

// A file of an earlier Baton has none.
std::vector<int> failuresFrom(const Json& object, std::size_t urls)
{
    std::vector<int> failures;
    if (!object.contains("failures")) return failures;
    for (const auto& count : member(object, "failures")) {
        if (!count.is_number_integer() || count < 0 || count > MostFailures)
            throw std::runtime_error("failures has something that is no count");
        failures.push_back(count.get<int>());
    }
    if (failures.size() > urls) throw std::runtime_error("failures has more counts than there are urls");
    return failures;
}

std::vector<std::string> urlsFrom(const Json& object)
{
    std::vector<std::string> urls;
    for (const auto& url : member(object, "urls")) {
        if (!url.is_string()) throw std::runtime_error("urls has something that is no text");
        urls.push_back(url.get<std::string>());
    }
    return urls;
}

AttemptDelta deltaFrom(const Json& object)
{
    AttemptDelta delta{text(object, "from"), number(object, "size"), text(object, "sha256"), urlsFrom(object),
                       text(object, "validator")};
    if (!isSha256Hex(delta.from) || !isSha256Hex(delta.sha256)) throw std::runtime_error("a delta has no SHA-256");
    if (delta.sizeBytes < 1) throw std::runtime_error("a delta has no size");
    delta.failures = failuresFrom(object, delta.urls.size());
    return delta;
}

AttemptPackage attemptPackageFrom(const Json& object)
{
    const auto stored = packageFrom(object);
    AttemptPackage package{stored.name, stored.sizeBytes, stored.sha256, urlsFrom(object), text(object, "validator")};
    package.failures = failuresFrom(object, package.urls.size());
    if (object.contains("delta")) package.delta = deltaFrom(member(object, "delta"));
    package.app = stored.app;
    return package;
}

// Most servers have none.
std::string pipelineIdFrom(const Json& object)
{
    return object.contains("pipelineId") ? text(object, "pipelineId") : std::string();
}

Json toJson(const AttemptApp& one)
{
    auto document = store::toJson(one.app);
    document["from"] = one.from;
    if (!one.pipelineId.empty()) document["pipelineId"] = one.pipelineId;
    return document;
}

} // namespace

std::int64_t Attempt::sizeBytes() const
{
    std::int64_t sum = 0;
    for (const auto& package : packages) sum += package.delta ? package.delta->sizeBytes : package.sizeBytes;
    return sum;
}

bool Attempt::hasDeltas() const
{
    return std::any_of(packages.begin(), packages.end(),
                       [](const AttemptPackage& one) { return one.delta.has_value(); });
}

void Attempt::dropDeltas()
{
    for (auto& package : packages) package.delta.reset();
}

bool Attempt::brings(const std::string& appId, const std::string& version) const
{
    return std::any_of(apps.begin(), apps.end(), [&](const AttemptApp& one) {
        return one.isNew() && one.app.id == appId && one.app.version == version;
    });
}

std::string print(const Attempt& attempt)
{
    Json document = {{"format", 1}, {"version", attempt.key.version}, {"sha256", attempt.key.sha256}};
    document["from"] = attempt.from;
    document["stage"] = StageNames.at(static_cast<std::size_t>(attempt.stage));
    document["sessionId"] = attempt.sessionId;
    document["failuresPerUrl"] = attempt.failuresPerUrl;
    document["atOnce"] = attempt.atOnce;
    if (!attempt.pipelineId.empty()) document["pipelineId"] = attempt.pipelineId;
    document["packages"] = Json::array();
    for (const auto& package : attempt.packages) document["packages"].push_back(toJson(package));
    if (!attempt.apps.empty()) document["apps"] = Json::array();
    for (const auto& app : attempt.apps) document["apps"].push_back(toJson(app));
    return document.dump(2) + '\n';
}

Attempt parseAttempt(const std::string& text)
{
    const auto document = parseObject(text, "downloads/attempt.json");
    Attempt attempt{keyFrom(document),
                    store::text(document, "from"),
                    enumFrom<AttemptStage>(document, "stage", StageNames),
                    {},
                    store::text(document, "sessionId"),
                    0,
                    flag(document, "atOnce")};
    for (const auto& package : member(document, "packages")) attempt.packages.push_back(attemptPackageFrom(package));
    if (document.contains("failuresPerUrl")) attempt.failuresPerUrl = smallNumber(document, "failuresPerUrl");
    if (attempt.failuresPerUrl < 0) throw std::runtime_error("failuresPerUrl is negative");
    attempt.pipelineId = pipelineIdFrom(document);
    if (document.contains("apps"))
        for (const auto& app : member(document, "apps"))
            attempt.apps.push_back({appFrom(app), store::text(app, "from"), pipelineIdFrom(app)});
    if (attempt.packages.empty()) throw std::runtime_error("downloads/attempt.json is damaged: packages is empty");
    return attempt;
}

} // namespace baton::store
