#include "client/source/Meaning.h"

#include "client/core/Text.h"
#include "protocol/Codec.h"
#include "protocol/Version.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace baton::source {
namespace {

// What the words of servers mean to an operator; from CoreUpdate's, Nebraska's and Omaha's lists.
struct Sentence {
    std::string_view word;
    std::string_view meaning;
};
constexpr std::array Sentences{
    Sentence{"error-unknownApplication", "it does not know this app: check --app-id"},
    Sentence{"error-invalidAppId", "the app's id is not of a form that it takes: check --app-id"},
    Sentence{"error-unknownApplicationOrGroup", "it knows no such app or track: check --app-id and --track"},
    Sentence{"error-failedToRetrieveUpdatePackageInfo", "it knows no such app or track, or the track has no package: "
                                                        "check --app-id and --track"},
    Sentence{"error-noPackageFound", "the track has no package yet"},
    Sentence{"error-instanceRegistrationFailed", "it could not register this machine: a version must be A.B.C"},
    Sentence{"error-invalidVersion", "the running version is not of a form that it takes: a version must be A.B.C"},
    Sentence{"error-updatesDisabled", "updates are switched off for this track; nothing to do here"},
    Sentence{"error-maxUpdatesPerPeriodLimitReached", "enough machines update in this period; this one comes later"},
    Sentence{"error-maxConcurrentUpdatesLimitReached", "enough machines update just now; this one comes later"},
    Sentence{"error-maxTimedOutUpdatesLimitReached", "too many updates did not end; it holds the others back"},
    Sentence{"error-updateInProgressOnInstance", "it believes that this machine is updating: it waits for an event"},
    Sentence{"restricted", "this app is not offered here"},
};

Failure invalid(int code, std::string detail) { return Failure{Category::UpdateCheck, code, std::move(detail)}; }

Refused refusedBy(const std::string& word)
{
    const auto* const known = std::find_if(Sentences.begin(), Sentences.end(),
                                           [&](const Sentence& sentence) { return sentence.word == word; });
    auto detail = "the server refuses (" + escaped(word) + ')';
    if (known != Sentences.end()) detail.append(": ").append(known->meaning);
    return Refused{invalid(code::AnswerInvalid, std::move(detail))};
}

bool isSameId(std::string_view a, std::string_view b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

// A codebase is a directory, whether or not it says so by its last character; the name was checked to be one segment.
std::vector<std::string> urlsOf(const protocol::UpdateCheck& check, const std::string& name)
{
    std::vector<std::string> urls;
    for (const auto& codebase : check.codebases) {
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

Answer answerFrom(const protocol::UpdateCheck& check)
{
    if (check.status == "noupdate") return NoUpdate{};
    if (check.status != "ok") return refusedBy(check.status);
    Offer offer{check.manifest->version, {}, 0};
    for (const auto& package : check.manifest->packages) {
        const bool first = offer.packages.empty();
        const bool required = first || package.required.value_or(true);
        const auto sha256 = first ? check.manifest->firstSha256() : package.hashSha256;
        if (required && sha256.empty())
            return unusable(offer.version, code::VerificationFailed,
                            "its package " + escaped(package.name) +
                                " has no SHA-256 (SHA-1 proves nothing): publish it with hash_sha256, or with sha256 "
                                "on its postinstall action");
        auto urls = urlsOf(check, package.name);
        if (required && urls.empty())
            return unusable(offer.version, code::AnswerInvalid,
                            "none of its addresses is one of http:// or https:// that can be asked");
        offer.packages.push_back({package.name, package.size, sha256, std::move(urls), required});
    }
    offer.failuresPerUrl = failuresPerUrl(*check.manifest);
    return offer;
}

bool looksLikeHtml(std::string_view body)
{
    std::string begin(body.substr(0, 512));
    std::transform(begin.begin(), begin.end(), begin.begin(), [](unsigned char c) { return std::tolower(c); });
    return begin.find("<html") != std::string::npos || begin.find("<!doctype html") != std::string::npos;
}

// Nebraska's answer to what it cannot parse: 200 and nothing but the declaration.
bool isOnlyDeclaration(std::string_view body)
{
    if (body.starts_with("<?xml")) body.remove_prefix(std::min(body.find("?>") + 2, body.size()));
    return body.find_first_not_of(" \t\r\n") == body.npos;
}

Failure explain(const transport::HttpReply& reply, const std::string& why)
{
    const auto location = reply.header("Location");
    if (reply.status / 100 == 3 && !location.empty())
        return invalid(code::HttpStatusBase + reply.status,
                       "the server points to " + escaped(location) +
                           "; of a request only 307 and 308 are followed: give that address to --server");
    if (reply.status / 100 != 2)
        return invalid(code::HttpStatusBase + reply.status,
                       "the server answers with HTTP status " + std::to_string(reply.status));
    if (isOnlyDeclaration(reply.body))
        return invalid(code::EmptyAnswer, "the answer is empty: the server could not read our request");
    if (looksLikeHtml(reply.body))
        return invalid(code::AnswerInvalid,
                       "the answer is an HTML page, not Omaha: a captive portal, or a wrong path in --server");
    return invalid(code::XmlInvalid, "the answer is not Omaha: " + why);
}

} // namespace

Result<Answer> meaningOf(const transport::HttpReply& reply, const std::string& appId)
try {
    const auto response = protocol::decodeResponse(reply.body);
    for (const auto& app : response.apps) {
        if (!isSameId(app.appid, appId)) continue;
        if (app.status != "ok") return Answer(refusedBy(app.status));
        if (app.updatecheck) return answerFrom(*app.updatecheck);
        return invalid(code::AnswerInvalid, "the answer has no updatecheck for the app");
    }
    return invalid(code::AnswerInvalid, "the answer does not speak of the app " + escaped(appId));
} catch (const protocol::DecodeError& e) {
    return explain(reply, e.what());
}

bool isNewer(const std::string& offered, const std::string& running)
{
    const auto next = protocol::Version::parse(offered);
    if (!next || running.empty()) return next.has_value();
    const auto present = protocol::Version::parse(running);
    return present && *next > *present;
}

} // namespace baton::source
