#include "client/store/Attempt.h"

#include "client/core/Text.h"
#include "client/store/Json.h"

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 4> StageNames{"granted", "downloading", "downloaded", "installed"};

Json toJson(const AttemptPackage& package)
{
    auto document = store::toJson(StoredPackage{package.name, package.sizeBytes, package.sha256});
    document["urls"] = package.urls;
    document["validator"] = package.validator;
    return document;
}

AttemptPackage attemptPackageFrom(const Json& object)
{
    const auto stored = packageFrom(object);
    AttemptPackage package{stored.name, stored.sizeBytes, stored.sha256, {}, text(object, "validator")};
    for (const auto& url : member(object, "urls")) {
        if (!url.is_string()) throw std::runtime_error("urls has something that is no text");
        package.urls.push_back(url.get<std::string>());
    }
    return package;
}

} // namespace

std::int64_t Attempt::sizeBytes() const
{
    std::int64_t sum = 0;
    for (const auto& package : packages) sum += package.sizeBytes;
    return sum;
}

std::string print(const Attempt& attempt)
{
    Json document = {{"format", 1}, {"version", attempt.key.version}, {"sha256", attempt.key.sha256}};
    document["from"] = attempt.from;
    document["stage"] = StageNames.at(static_cast<std::size_t>(attempt.stage));
    document["sessionId"] = attempt.sessionId;
    document["packages"] = Json::array();
    for (const auto& package : attempt.packages) document["packages"].push_back(toJson(package));
    return document.dump(2) + '\n';
}

Attempt parseAttempt(const std::string& text)
{
    const auto document = parseObject(text, "downloads/attempt.json");
    Attempt attempt{keyFrom(document),
                    store::text(document, "from"),
                    enumFrom<AttemptStage>(document, "stage", StageNames),
                    {},
                    store::text(document, "sessionId")};
    for (const auto& package : member(document, "packages")) attempt.packages.push_back(attemptPackageFrom(package));
    if (attempt.packages.empty()) throw std::runtime_error("downloads/attempt.json is damaged: packages is empty");
    return attempt;
}

} // namespace baton::store
