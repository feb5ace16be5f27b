#include "protocol/CanonicalJson.h"

#include "protocol/Fields.h"

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
void say(Json& object, const char* name, const std::optional<Value>& value)
{
    if (value) object[name] = *value;
}

template <typename Owner, std::size_t Count>
void sayAll(Json& object, const Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    for (const auto& field : fields)
        std::visit([&](auto member) { say(object, field.name, owner.*member); }, field.member);
}

template <typename Owner, std::size_t Count>
Json objectOf(const Owner& owner, const std::array<Field<Owner>, Count>& fields)
{
    Json object = Json::object();
    sayAll(object, owner, fields);
    return object;
}

template <typename Value>
Json listOf(const std::vector<Value>& values, Json (*write)(const std::type_identity_t<Value>&))
{
    Json list = Json::array();
    for (const auto& value : values) list.push_back(write(value));
    return list;
}

Json toJson(const Event& event)
{
    Json object{{"eventtype", event.eventtype}};
    sayAll(object, event, EventFields);
    return object;
}

Json toJson(const AppRequest& app)
{
    Json object{{"appid", app.appid}};
    sayAll(object, app, AppRequestFields);
    if (app.ping) object["ping"] = objectOf(*app.ping, PingFields);
    if (app.updatecheck) object["updatecheck"] = objectOf(*app.updatecheck, UpdateCheckRequestFields);
    if (!app.events.empty()) object["event"] = listOf(app.events, toJson);
    return object;
}

Json toJson(const Package& package)
{
    Json object{{"name", package.name}, {"size", package.size}};
    say(object, "hash", package.hashSha1);
    say(object, "hash_sha256", package.hashSha256);
    say(object, "required", package.required);
    return object;
}

Json toJson(const Action& action)
{
    Json object = Json::object();
    say(object, "event", action.event);
    say(object, "sha256", action.sha256);
    sayAll(object, action, ActionFields);
    return object;
}

Json toJson(const Manifest& manifest)
{
    Json object{{"version", manifest.version}};
    object["packages"]["package"] = listOf(manifest.packages, toJson);
    if (manifest.actions) object["actions"]["action"] = listOf(*manifest.actions, toJson);
    return object;
}

Json toJson(const UpdateCheck& check)
{
    Json object{{"status", check.status}};
    sayAll(object, check, UpdateCheckFields);
    for (const auto& codebase : check.codebases) object["urls"]["url"].push_back({{"codebase", codebase}});
    if (check.manifest) object["manifest"] = toJson(*check.manifest);
    return object;
}

Json toJson(const std::string& acknowledgement)
{
    Json object = Json::object();
    say(object, "status", acknowledgement);
    return object;
}

Json toJson(const AppResponse& app)
{
    Json object{{"appid", app.appid}, {"status", app.status}};
    if (app.ping) object["ping"] = {{"status", "ok"}};
    if (app.updatecheck) object["updatecheck"] = toJson(*app.updatecheck);
    if (!app.events.empty()) object["event"] = listOf(app.events, toJson);
    return object;
}

std::string document(const char* name, Json message)
{
    const Json whole{{name, std::move(message)}};
    return whole.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

} // namespace

std::string canonicalJson(const Request& request)
{
    Json message{{"protocol", request.protocol}};
    sayAll(message, request, RequestFields);
    if (request.os != Os{}) message["os"] = objectOf(request.os, OsFields);
    message["app"] = listOf(request.apps, toJson);
    return document("request", std::move(message));
}

std::string canonicalJson(const Response& response)
{
    Json message = Json::object();
    say(message, "protocol", response.protocol);
    say(message, "server", response.server);
    if (response.daystart) message["daystart"] = objectOf(*response.daystart, DayStartFields);
    message["app"] = listOf(response.apps, toJson);
    return document("response", std::move(message));
}

} // namespace baton::protocol
