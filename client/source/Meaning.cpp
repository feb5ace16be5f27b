#include "client/source/Meaning.h"

#include "client/core/Text.h"
#include "client/source/Sentences.h"
#include "protocol/Attributes.h"

#include <algorithm>

namespace baton::source {
namespace {

constexpr std::size_t LongestEcho = 1024; // of what is kept for the server
constexpr std::int64_t DaysAWeek = 7;
constexpr const char* NoAddress = "none of its addresses is one of http:// or https:// that can be asked";

Failure invalid(int code, std::string detail) { return Failure{Category::UpdateCheck, code, std::move(detail)}; }

bool isEchoed(const std::string& text)
{
    return text.size() <= LongestEcho &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
}

Refused refusedBy(const std::string& word, std::string_view option)
{
    auto meant = meaningOfWord(word, option);
    return Refused{invalid(code::AnswerInvalid, std::move(meant.sentence)), meant.notNow, meant.awaitsEvent};
}

// A codebase is a directory, whether or not it says so by its last character; the name was checked to be one segment.
std::vector<std::string> urlsOf(const std::vector<std::string>& codebases, const std::string& name)
{
    std::vector<std::string> urls;
    for (const auto& codebase : codebases) {
        auto url = codebase + (codebase.ends_with('/') ? "" : "/") + name;
        if (transport::parseUrl(url)) urls.push_back(std::move(url));
    }
    return urls;
}

// Of the first action that says it; more than a hundred is as good as for ever.
int failuresPerUrl(const protocol::Manifest& manifest)
{
    constexpr std::int64_t Most = 100;
    if (!manifest.actions) return 0;
    for (const auto& action : *manifest.actions)
        if (action.maxFailureCountPerUrl.value_or(0) > 0)
            return static_cast<int>(std::min(*action.maxFailureCountPerUrl, Most));
    return 0;
}

Unusable unusable(const std::string& version, int code, const std::string& why)
{
    return {version, Failure{Category::UpdateCheck, code, version + " is offered, but cannot be taken: " + why}};
}

std::string extraOf(const protocol::Extras& extras, std::string_view name)
{
    for (const auto& extra : extras)
        if (extra.name == name && extra.kind == protocol::Kind::Text) return extra.value;
    return {};
}

// Inline: `_statement` in JSON, the first package's `metadata` in CoreUpdate's XML.
std::string statementIn(const protocol::UpdateCheck& check)
{
    constexpr std::string_view Name = "_statement";
    if (auto text = extraOf(check.extras, Name); !text.empty()) return text;
    if (!check.manifest) return {};
    if (auto text = extraOf(check.manifest->extras, Name); !text.empty()) return text;
    if (check.manifest->packages.empty() || !check.manifest->packages.front().metadata) return {};
    const auto& text = check.manifest->packages.front().metadata->text;
    const auto begin = text.find_first_not_of(" \t\r\n");
    return begin != std::string::npos && text[begin] == '{' ? text.substr(begin) : std::string();
}

constexpr std::size_t LongestName = 255;

// 3.1's: from what the request said by its fp, so its digest is known to the asker alone.
std::vector<OfferedDelta> deltasOf(const protocol::UpdateCheck& check, const protocol::Package& package)
{
    const auto& name = package.namediff;
    const bool isSegment = !name.empty() && name.size() <= LongestName && name.front() != '.' &&
                           name.find_first_of("/\\?#%") == std::string::npos;
    if (!isSegment || package.hashdiffSha256.empty() || package.sizediff.value_or(0) < 1) return {};
    auto urls = urlsOf(check.codebasediffs, name);
    if (urls.empty()) return {};
    return {{{}, *package.sizediff, package.hashdiffSha256, std::move(urls)}};
}

// Of a manifest. Nebraska calls every package but the first not required: they are part of the release all the same,
// unless they lack a digest or an address, or there is a statement to say what is.
Answer offerFrom(const protocol::UpdateCheck& check, Digests digests)
{
    Offer offer{check.manifest->version, {}, 0};
    offer.statement = statementIn(check);
    for (const auto& package : check.manifest->packages) {
        const bool first = offer.packages.empty();
        const auto sha256 = first ? check.manifest->firstSha256() : package.hashSha256;
        auto urls = urlsOf(check.codebases, package.name);
        const bool canBeHad = digests == Digests::Needed && !sha256.empty() && package.size > 0 && !urls.empty();
        const bool required = first || package.required.value_or(true) || canBeHad;
        if (required && sha256.empty() && digests == Digests::Needed)
            return unusable(offer.version, code::HashMissing,
                            "its package " + escaped(package.name) +
                                " has no SHA-256 (SHA-1 proves nothing): publish it with hash_sha256, or with sha256 "
                                "on its postinstall action");
        if (required && package.size < 1 && digests == Digests::Needed)
            return unusable(offer.version, code::AnswerInvalid,
                            "its package " + escaped(package.name) + " has no size: publish it with one");
        if (required && urls.empty()) return unusable(offer.version, code::AnswerInvalid, NoAddress);
        offer.packages.push_back(
            {package.name, package.size, sha256, std::move(urls), required, deltasOf(check, package)});
    }
    offer.failuresPerUrl = failuresPerUrl(*check.manifest);
    return offer;
}

bool isPlain(const protocol::Pipeline& pipeline)
{
    return !pipeline.operations.empty() &&
           std::all_of(pipeline.operations.begin(), pipeline.operations.end(),
                       [](const protocol::Operation& operation) { return operation.type == "download"; });
}

// A pipeline's file has no name but its address's.
std::string nameIn(const std::string& url, std::size_t number)
{
    auto path = url.substr(0, url.find_first_of("?#"));
    auto name = path.substr(path.rfind('/') + 1);
    return isPlainName(name) ? name : "package-" + std::to_string(number);
}

// A patch is downloaded and applied; by which algorithm, its first bytes say.
bool isDelta(const protocol::Pipeline& pipeline)
{
    return pipeline.operations.size() == 2 && pipeline.operations[0].type == "download" &&
           isDeltaAlgorithm(pipeline.operations[1].type) && !pipeline.operations[1].previousSha256.empty();
}

void addDeltas(const std::vector<protocol::Pipeline>& pipelines, OfferedPackage& package)
{
    for (const auto& pipeline : pipelines) {
        if (!isDelta(pipeline) || pipeline.operations[1].outSha256 != package.sha256) continue;
        const auto& download = pipeline.operations[0];
        OfferedDelta delta{pipeline.operations[1].previousSha256, *download.size, download.outSha256, {}};
        for (const auto& url : download.urls)
            if (transport::parseUrl(url)) delta.urls.push_back(url);
        if (!delta.urls.empty()) package.deltas.push_back(std::move(delta));
    }
}

// The first pipeline that only downloads, and those that make its files of older ones. The others are not taken: what
// they do, nobody here can do.
Answer offerFromPipelines(const protocol::UpdateCheck& check)
{
    const auto pipeline = std::find_if(check.pipelines.begin(), check.pipelines.end(), isPlain);
    const auto& version = check.nextversion.empty() ? check.pipelines.front().nextversion : check.nextversion;
    if (pipeline == check.pipelines.end())
        return unusable(version, code::AnswerInvalid,
                        "none of its pipelines is made of downloads alone: publish a full package");
    Offer offer{pipeline->nextversion.empty() ? version : pipeline->nextversion, {}, 0};
    if (isEchoed(pipeline->pipelineId)) offer.pipelineId = pipeline->pipelineId;
    offer.statement = statementIn(check);
    for (const auto& operation : pipeline->operations) {
        OfferedPackage package{
            nameIn(operation.urls.front(), offer.packages.size() + 1), *operation.size, operation.outSha256, {}, true};
        for (const auto& url : operation.urls)
            if (transport::parseUrl(url)) package.urls.push_back(url);
        if (package.urls.empty()) return unusable(offer.version, code::AnswerInvalid, NoAddress);
        addDeltas(check.pipelines, package);
        offer.packages.push_back(std::move(package));
    }
    return offer;
}

Answer answerFrom(const protocol::UpdateCheck& check, Digests digests, std::string_view option)
{
    if (protocol::isWord(check.status, "noupdate")) return NoUpdate{};
    if (!protocol::isWord(check.status, "ok")) return refusedBy(check.status, option);
    return check.pipelines.empty() ? offerFrom(check, digests) : offerFromPipelines(check);
}

} // namespace

const protocol::AppResponse* appIn(const protocol::Response& response, const std::string& appId)
{
    for (const auto& app : response.apps)
        if (protocol::isWord(app.appid, appId)) return &app;
    return nullptr;
}

Result<Answer> meaningOf(const protocol::AppResponse& app, Digests digests, std::string_view option)
{
    // The app's word wins over its updatecheck's; in JSON none is ok.
    if (!app.status.empty() && !protocol::isWord(app.status, "ok")) return Answer(refusedBy(app.status, option));
    if (app.updatecheck) return answerFrom(*app.updatecheck, digests, option);
    return invalid(code::AnswerInvalid, "the answer has no updatecheck for the app");
}

Noted noted(Remembered before, const protocol::Response& response, const protocol::AppResponse& app,
            const std::string& freshness)
{
    Noted noted{std::move(before), {}};
    auto& kept = noted.remembered;
    const auto take = [&](const char* name, std::optional<std::string>& ours, const std::optional<std::string>& said) {
        if (!said) return;
        if (isEchoed(*said))
            ours = said;
        else
            noted.remarks.push_back(std::string("the server's ") + name +
                                    " is not taken: it is no printable ASCII of at most 1024 characters");
    };
    take("cohort", kept.cohort, app.cohort);
    take("cohorthint", kept.cohorthint, app.cohorthint);
    take("cohortname", kept.cohortname, app.cohortname);
    const auto day = response.daystart ? response.daystart->elapsedDays : std::nullopt;
    if (!day || day == kept.lastDay) return noted;
    kept.lastDay = day;
    kept.freshness = freshness;
    if (!kept.installDay) kept.installDay = *day - *day % DaysAWeek; // No more of it is the server's business.
    return noted;
}

} // namespace baton::source
