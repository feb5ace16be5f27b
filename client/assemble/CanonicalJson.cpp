#include "client/assemble/CanonicalJson.h"

#include <nlohmann/json.hpp>

namespace baton::assemble {
namespace {

using Json = nlohmann::ordered_json;

void say(Json& object, const char* name, const std::string& text)
{
    if (!text.empty()) object[name] = text;
}

Json toJson(const protocol::Event& event)
{
    Json object{{"eventtype", event.eventtype}, {"eventresult", event.eventresult}, {"errorcode", event.errorcode}};
    say(object, "previousversion", event.previousversion);
    say(object, "nextversion", event.nextversion);
    return object;
}

Json toJson(const protocol::AppRequest& app)
{
    Json object{{"appid", app.appid}};
    say(object, "version", app.version);
    say(object, "track", app.track);
    say(object, "machineid", app.machineid);
    say(object, "bootid", app.bootid);
    say(object, "oem", app.oem);
    say(object, "board", app.board);
    if (app.ping) object["ping"] = {{"active", app.ping->active}};
    if (app.updatecheck) {
        object["updatecheck"] = Json::object();
        say(object["updatecheck"], "targetversionprefix", app.updatecheck->targetversionprefix);
    }
    for (const auto& event : app.events) object["event"].push_back(toJson(event));
    return object;
}

Json toJson(const protocol::Package& package)
{
    Json object{{"name", package.name}, {"size", package.size}};
    say(object, "hash", package.hashSha1);
    say(object, "hash_sha256", package.hashSha256);
    object["required"] = package.required;
    return object;
}

Json toJson(const protocol::Action& action)
{
    Json object{{"event", action.event}};
    say(object, "sha256", action.sha256);
    return object;
}

Json toJson(const protocol::Manifest& manifest)
{
    Json object{{"version", manifest.version}};
    object["packages"]["package"] = Json::array();
    for (const auto& package : manifest.packages) object["packages"]["package"].push_back(toJson(package));
    for (const auto& action : manifest.actions) object["actions"]["action"].push_back(toJson(action));
    return object;
}

Json toJson(const protocol::UpdateCheck& check)
{
    Json object{{"status", check.status}};
    for (const auto& codebase : check.codebases) object["urls"]["url"].push_back({{"codebase", codebase}});
    if (check.manifest) object["manifest"] = toJson(*check.manifest);
    return object;
}

Json toJson(const protocol::AppResponse& app)
{
    Json object{{"appid", app.appid}};
    say(object, "status", app.status);
    if (app.ping) object["ping"] = {{"status", "ok"}};
    if (app.updatecheck) object["updatecheck"] = toJson(*app.updatecheck);
    for (const auto& status : app.events) object["event"].push_back({{"status", status}});
    return object;
}

template <typename App>
Json appsOf(const std::vector<App>& apps)
{
    Json list = Json::array();
    for (const auto& app : apps) list.push_back(toJson(app));
    return list;
}

std::string text(const char* name, Json message)
{
    const Json document{{name, std::move(message)}};
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace

std::string canonicalJson(const protocol::Request& request)
{
    Json message{{"protocol", request.protocol}};
    say(message, "version", request.version);
    say(message, "updaterversion", request.updaterversion);
    say(message, "installsource", request.installsource);
    say(message, "requestid", request.requestid);
    say(message, "sessionid", request.sessionid);
    message["ismachine"] = request.ismachine;
    Json os = Json::object();
    say(os, "platform", request.os.platform);
    say(os, "version", request.os.version);
    say(os, "sp", request.os.sp);
    say(os, "arch", request.os.arch);
    if (!os.empty()) message["os"] = os;
    message["app"] = appsOf(request.apps);
    return text("request", std::move(message));
}

std::string canonicalJson(const protocol::Response& response)
{
    Json message{{"protocol", response.protocol}};
    say(message, "server", response.server);
    if (response.daystart)
        message["daystart"] = {{"elapsed_days", response.daystart->elapsedDays},
                               {"elapsed_seconds", response.daystart->elapsedSeconds}};
    message["app"] = appsOf(response.apps);
    return text("response", std::move(message));
}

} // namespace baton::assemble
