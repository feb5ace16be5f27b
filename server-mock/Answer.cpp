#include "server-mock/Answer.h"

#include "protocol/Pipelines.h"

#include <Poco/URI.h>

namespace baton::mock {
namespace {

// Everything that is not unreserved is encoded: an app's id may hold what a path does not.
std::string segment(const std::string& text)
{
    std::string encoded;
    Poco::URI::encode(text, "!#$%&'()*+,/:;=?@[]{}\\\"<>^`|", encoded);
    return encoded;
}

protocol::Action postinstall(const Payload& payload)
{
    protocol::Action action;
    action.event = "postinstall";
    action.sha256 = payload.sha256();
    action.disablePayloadBackoff = true;
    return action;
}

protocol::UpdateCheck offer(const Release& release, const Terms& terms)
{
    protocol::Manifest manifest;
    manifest.version = release.version;
    for (const auto& offered : release.packages) {
        protocol::Package package;
        package.name = offered.name;
        package.size = offered.payload->sizeBytes();
        package.hashSha1 = offered.payload->sha1();
        // The action speaks of the first one only.
        const bool isFirst = &offered == &release.packages.front();
        if (terms.sha256In == Sha256In::PackageAndAction || (terms.sha256In == Sha256In::Action && !isFirst)) {
            package.hashSha256 = offered.payload->sha256();
            package.fp = "1." + package.hashSha256; // Google's omaha-client reads no package without one.
        }
        package.required = offered.required;
        manifest.packages.push_back(package);
    }
    // Some clients cannot read an action without a digest: then there is none.
    manifest.actions.emplace();
    if (terms.sha256In != Sha256In::Nowhere)
        manifest.actions->push_back(postinstall(*release.packages.front().payload));
    protocol::UpdateCheck check;
    check.status = "ok";
    check.codebases.push_back(terms.origin + "/packages/" + segment(appKey(release.appid)) + '/' +
                              segment(release.version) + '/');
    check.manifest = manifest;
    return check;
}

// What 4.0 says of a delta: fetch it, apply it to what the client says that it has.
protocol::Pipeline pipelineOf(const OfferedDelta& delta, const std::string& url, const std::string& outSha256)
{
    protocol::Pipeline pipeline;
    pipeline.pipelineId = "delta";
    auto& download = pipeline.operations.emplace_back();
    download.type = "download";
    download.size = delta.payload->sizeBytes();
    download.outSha256 = delta.payload->sha256();
    download.urls.push_back(url);
    auto& apply = pipeline.operations.emplace_back();
    apply.type = delta.algorithm;
    apply.previousSha256 = delta.from;
    apply.outSha256 = outSha256;
    return pipeline;
}

// To the first package of the offer, from the one that the request's fp names.
void addDelta(protocol::UpdateCheck& check, const protocol::AppRequest& app, const Release& release,
              const Catalogue& catalogue, const Terms& terms)
{
    if (terms.deltas == nullptr || !app.fp.starts_with("1.")) return;
    const auto from = catalogue.withDigest(app.appid, app.fp.substr(2));
    if (!from) return;
    const auto& to = *release.packages.front().payload;
    const auto delta = terms.deltas->between(*from, to);
    if (!delta) return;
    const auto& codebase = check.codebases.front();
    check.codebasediffs.push_back(codebase);
    auto& package = check.manifest->packages.front();
    package.namediff = delta->name;
    package.sizediff = delta->payload->sizeBytes();
    package.hashdiffSha256 = delta->payload->sha256();
    if (package.hashSha256.empty() || release.packages.size() > 1) return;
    check.pipelines = asPipelines(check);
    check.nextversion = release.version;
    if (!check.pipelines.empty())
        check.pipelines.insert(check.pipelines.begin(), pipelineOf(*delta, codebase + delta->name, to.sha256()));
}

protocol::UpdateCheck word(const std::string& status)
{
    protocol::UpdateCheck check;
    check.status = status;
    return check;
}

protocol::AppResponse refusal(protocol::AppResponse response, const protocol::AppRequest& app, const char* status)
{
    response.status = status;
    if (app.updatecheck) response.updatecheck = word("error-internal");
    return response;
}

// What the client asks for in its updatecheck: no update at all, a prefix of the version, the same or an older one too.
std::optional<Release> releaseFor(const protocol::AppRequest& app, const Catalogue& catalogue, Offers offers)
{
    const auto& check = *app.updatecheck;
    if (check.updatedisabled.value_or(false)) return std::nullopt;
    const bool isAnyFine = offers == Offers::Any || check.rollbackAllowed.value_or(false);
    const bool isSameFine = check.sameversionupdate.value_or(false);
    auto newest = catalogue.newerThan({}, app.appid, app.track, check.targetversionprefix);
    if (newest && newest->version == app.version) return isSameFine ? newest : std::nullopt;
    return isAnyFine ? newest : catalogue.newerThan(app.version, app.appid, app.track, check.targetversionprefix);
}

protocol::AppResponse answer(const protocol::AppRequest& app, const Catalogue& catalogue, Instances& instances,
                             const Terms& terms)
{
    protocol::AppResponse response;
    response.appid = app.appid;
    if (app.ping) response.ping = "ok";
    response.events.assign(app.events.size(), "ok");
    if (!catalogue.knows(app.appid)) return refusal(response, app, "error-unknownApplication");
    response.status = "ok";
    if (!app.updatecheck) return response;
    if (terms.manners == Manners::Strict && instances.isUpdating(app))
        return refusal(response, app, "error-updateInProgressOnInstance");
    const auto release = releaseFor(app, catalogue, terms.offers);
    if (release) instances.grant(app);
    response.updatecheck = release ? offer(*release, terms) : word("noupdate");
    if (release) addDelta(*response.updatecheck, app, *release, catalogue, terms);
    return response;
}

} // namespace

protocol::Response answer(const protocol::Request& request, const Catalogue& catalogue, Instances& instances,
                          const Terms& terms)
{
    protocol::Response response;
    response.server = "baton-mock-server";
    response.daystart = terms.daystart;
    for (const auto& app : request.apps) {
        instances.tell(app);
        response.apps.push_back(answer(app, catalogue, instances, terms));
    }
    return response;
}

} // namespace baton::mock
