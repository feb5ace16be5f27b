#include "server-mock/Answer.h"

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

protocol::AppResponse answer(const protocol::AppRequest& app, const Catalogue& catalogue, Instances& instances,
                             const Terms& terms)
{
    protocol::AppResponse response;
    response.appid = app.appid;
    response.ping = app.ping.has_value();
    response.events.assign(app.events.size(), "ok");
    if (!catalogue.knows(app.appid)) return refusal(response, app, "error-unknownApplication");
    response.status = "ok";
    if (!app.updatecheck) return response;
    if (terms.manners == Manners::Strict && instances.isUpdating(app))
        return refusal(response, app, "error-updateInProgressOnInstance");
    auto release = catalogue.newerThan(terms.offers == Offers::Any ? std::string() : app.version, app.appid, app.track);
    if (release && release->version == app.version) release.reset();
    if (release) instances.grant(app);
    response.updatecheck = release ? offer(*release, terms) : word("noupdate");
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
