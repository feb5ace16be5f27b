#include "client/core/HostPort.h"
#include "client/core/Text.h"
#include "protocol/Address.h"
#include "protocol/Codec.h"
#include "server-mock/Handlers.h"

#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timestamp.h>

namespace baton::mock {
namespace {

using Poco::Net::HTTPResponse;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

constexpr std::size_t LongestRequest = 512 * 1024;
constexpr std::int64_t OmahaEpoch = 1'167'609'600; // 2007-01-01T00:00:00Z
constexpr std::int64_t SecondsADay = 86'400;

protocol::DayStart today()
{
    const auto seconds = static_cast<std::int64_t>(Poco::Timestamp().epochTime()) - OmahaEpoch;
    return {seconds / SecondsADay, seconds % SecondsADay};
}

// Packages are where the client found us: that holds behind a forwarded port and on 0.0.0.0 too.
std::string originFor(const Site& site, const HTTPServerRequest& request)
{
    const auto host = parseHostPort(request.get("Host", ""));
    if (!host || host->host.find_first_of("/?") != std::string::npos) return site.origin;
    auto origin = "http://" + print(*host);
    return protocol::isAddress(origin) ? origin : site.origin; // No client would take another.
}

std::string lineOf(const protocol::AppRequest& app, const protocol::AppResponse& answered)
{
    auto line = escaped(app.appid) + ' ' + escaped(app.version);
    if (!app.machineid.empty()) line += " machine " + escaped(app.machineid);
    for (const auto& event : app.events) {
        line += ", event " + std::to_string(event.eventtype) + '/' + std::to_string(event.eventresult.value_or(0));
        if (event.errorcode) line += " code " + std::to_string(*event.errorcode);
    }
    line += ": " + answered.status;
    if (!answered.updatecheck) return line;
    const auto& check = *answered.updatecheck;
    return line + ", " + (check.manifest ? "offered " + check.manifest->version : check.status);
}

void spoilDigests(protocol::Response& response)
{
    const auto spoil = [](std::string& hex) {
        if (!hex.empty()) hex.back() = hex.back() == '0' ? '1' : '0';
    };
    for (auto& app : response.apps) {
        if (!app.updatecheck || !app.updatecheck->manifest) continue;
        for (auto& package : app.updatecheck->manifest->packages) {
            spoil(package.hashSha1);
            spoil(package.hashSha256);
        }
        for (auto& action : *app.updatecheck->manifest->actions) spoil(action.sha256);
    }
}

// What is sent, and as what.
struct Body {
    std::string text;
    std::string type;
};

// Says a length and closes before it is reached.
void sendCut(HTTPServerResponse& response, const Body& body, int bytes)
{
    const auto size = body.text.size();
    const auto length = bytes > 0 ? std::min(size, static_cast<std::size_t>(bytes)) : size / 2;
    response.setContentType(body.type);
    response.setContentLength64(static_cast<Poco::Int64>(size));
    response.send().write(body.text.data(), static_cast<std::streamsize>(length)).flush();
}

void send(HTTPServerResponse& response, Body body, const std::optional<Fault>& fault)
{
    if (fault && fault->what == What::Cut) return sendCut(response, body, fault->value);
    // A whole answer of half a document.
    if (fault && fault->what == What::Malformed) body.text.resize(body.text.size() / 2);
    reply(response, HTTPResponse::HTTP_OK, body.type, body.text);
}

// In the form and the protocol of the question.
Body bodyFor(const Asked& asked, protocol::Response answered)
{
    const auto form = protocol::formOf(asked.body, asked.request->protocol);
    if (form != protocol::Form::Xml) answered.protocol = asked.request->protocol;
    return {encode(answered, form), std::string(contentTypeOf(form))};
}

std::string_view queryOf(std::string_view uri)
{
    const auto mark = uri.find('?');
    return mark == uri.npos ? std::string_view() : uri.substr(mark + 1);
}

// Null if there is none of that id.
const protocol::CupKey* keyFor(const Site& site, const std::string& cup2key)
{
    const auto found = site.cupKeys.find(std::string(protocol::cupKeyId(cup2key)));
    return found == site.cupKeys.end() ? nullptr : &found->second;
}

// Some clients look at the one header, some at the other.
void prove(HTTPServerResponse& response, const protocol::CupKey& key, const protocol::CupExchange& exchange)
{
    const auto proof = protocol::prove(key, exchange);
    response.set("X-Cup-Server-Proof", proof);
    response.set("ETag", '"' + proof + '"');
}

void record(Site& site, Asked asked, int status, const std::string& line)
{
    asked.status = status;
    site.journal.add(std::move(asked));
    site.log("check " + line);
}

} // namespace

void answerCheck(Site& site, HTTPServerRequest& request, HTTPServerResponse& response)
{
    auto asked = describe(On::Check, request);
    asked.body = readBody(request, LongestRequest);
    try {
        if (asked.method != "POST") throw protocol::DecodeError("Omaha is asked by POST, this is a " + asked.method);
        asked.request = protocol::decodeRequest(asked.body);
    } catch (const protocol::DecodeError& e) {
        asked.error = e.what();
    }
    const auto fault = site.faults.take(On::Check);
    if (fault && fault->what == What::Status) {
        record(site, std::move(asked), fault->value, "answered " + std::to_string(fault->value) + " as told");
        return reply(response, fault->value, "text/plain", {});
    }
    if (!asked.request) {
        const auto why = asked.error;
        record(site, std::move(asked), HTTPResponse::HTTP_BAD_REQUEST, "refused: " + escaped(why));
        return replyText(response, HTTPResponse::HTTP_BAD_REQUEST, why);
    }
    const auto cup2key = protocol::cup2keyOf(queryOf(asked.uri));
    const auto* const key = cup2key ? keyFor(site, *cup2key) : nullptr;
    if (cup2key && key == nullptr && !site.cupKeys.empty()) {
        const auto why = "no private key has the id " + std::string(protocol::cupKeyId(*cup2key));
        record(site, std::move(asked), HTTPResponse::HTTP_BAD_REQUEST, "refused: " + escaped(why));
        return replyText(response, HTTPResponse::HTTP_BAD_REQUEST, why);
    }
    auto answered = answer(*asked.request, site.catalogue, site.instances,
                           {originFor(site, request), site.sha256In, site.manners, site.offers, today(), &site.deltas});
    if (fault && fault->what == What::Digest) spoilDigests(answered);
    std::string line;
    for (std::size_t i = 0; i < answered.apps.size(); ++i)
        line += (i == 0 ? "" : "; ") + lineOf(asked.request->apps[i], answered.apps[i]);
    auto body = bodyFor(asked, std::move(answered));
    if (key != nullptr) {
        const auto proven = fault && fault->what == What::Proof ? body.text + ' ' : body.text;
        prove(response, *key, {asked.body, *cup2key, proven});
    }
    record(site, std::move(asked), HTTPResponse::HTTP_OK, line);
    if (fault && fault->what == What::Delay && site.stopping.tryWait(fault->value)) return;
    send(response, std::move(body), fault);
}

} // namespace baton::mock
