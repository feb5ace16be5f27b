#include "protocol/CanonicalJson.h"

#include <nlohmann/json.hpp>

#include <type_traits>

namespace baton::protocol {
namespace {

using Json = nlohmann::ordered_json;

void say(Json& object, const char* name, const std::string& text)
{
    if (!text.empty()) object[name] = text;
}

template <typename Value>
Json listOf(const std::vector<Value>& values, Json (*write)(const std::type_identity_t<Value>&))
{
    Json list = Json::array();
    for (const auto& value : values) list.push_back(write(value));
    return list;
}

Json toJson(const Os& os)
{
    Json object = Json::object();
    say(object, "platform", os.platform);
    say(object, "version", os.version);
    say(object, "sp", os.sp);
    say(object, "arch", os.arch);
    return object;
}

Json toJson(const Event& event)
{
    Json object{{"eventtype", event.eventtype}, {"eventresult", event.eventresult}};
    if (event.errorcode != 0) object["errorcode"] = event.errorcode;
    say(object, "previousversion", event.previousversion);
    say(object, "nextversion", event.nextversion);
    return object;
}

Json toJson(const AppRequest& app)
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
    if (!app.events.empty()) object["event"] = listOf(app.events, toJson);
    return object;
}

Json toJson(const Package& package)
{
    Json object{{"name", package.name}, {"size", package.size}};
    say(object, "hash", package.hashSha1);
    say(object, "hash_sha256", package.hashSha256);
    object["required"] = package.required;
    return object;
}

Json toJson(const Action& action)
{
    Json object = Json::object();
    say(object, "event", action.event);
    say(object, "sha256", action.sha256);
    return object;
}

Json toJson(const Manifest& manifest)
{
    Json object{{"version", manifest.version}};
    object["packages"]["package"] = listOf(manifest.packages, toJson);
    object["actions"]["action"] = listOf(manifest.actions, toJson);
    return object;
}

Json toJson(const UpdateCheck& check)
{
    Json object{{"status", check.status}};
    for (const auto& codebase : check.codebases) object["urls"]["url"].push_back({{"codebase", codebase}});
    if (check.manifest) object["manifest"] = toJson(*check.manifest);
    return object;
}

Json toJson(const AppResponse& app)
{
    Json object{{"appid", app.appid}, {"status", app.status}};
    if (app.ping) object["ping"] = {{"status", "ok"}};
    if (app.updatecheck) object["updatecheck"] = toJson(*app.updatecheck);
    for (const auto& status : app.events) object["event"].push_back({{"status", status}});
    return object;
}

std::string document(const char* name, Json message)
{
    const Json whole{{name, std::move(message)}};
    return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

std::string canonicalJson(const Request& request)
{
    Json message{{"protocol", request.protocol}};
    say(message, "version", request.version);
    say(message, "updaterversion", request.updaterversion);
    say(message, "installsource", request.installsource);
    say(message, "requestid", request.requestid);
    say(message, "sessionid", request.sessionid);
    message["ismachine"] = request.ismachine;
    if (request.os != Os{}) message["os"] = toJson(request.os);
    message["app"] = listOf(request.apps, toJson);
    return document("request", std::move(message));
}

std::string canonicalJson(const Response& response)
{
    Json message{{"protocol", response.protocol}};
    say(message, "server", response.server);
    if (response.daystart)
        message["daystart"] = {{"elapsed_days", response.daystart->elapsedDays},
                               {"elapsed_seconds", response.daystart->elapsedSeconds}};
    message["app"] = listOf(response.apps, toJson);
    return document("response", std::move(message));
}

} // namespace baton::protocol
