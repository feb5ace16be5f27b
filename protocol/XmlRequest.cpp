#include "protocol/Attributes.h"
#include "protocol/Xml.h"

#include <limits>

namespace baton::protocol {
namespace {

constexpr std::int64_t Least = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t Most = std::numeric_limits<std::int32_t>::max();

struct AppText {
    const char* attribute;
    std::string AppRequest::*member;
};
constexpr AppText AppTexts[]{
    {"version", &AppRequest::version}, {"track", &AppRequest::track}, {"machineid", &AppRequest::machineid},
    {"bootid", &AppRequest::bootid},   {"oem", &AppRequest::oem},     {"board", &AppRequest::board}};

struct RequestText {
    const char* attribute;
    std::string Request::*member;
};
constexpr RequestText RequestTexts[]{{"protocol", &Request::protocol},
                                     {"version", &Request::version},
                                     {"updaterversion", &Request::updaterversion},
                                     {"installsource", &Request::installsource},
                                     {"requestid", &Request::requestid},
                                     {"sessionid", &Request::sessionid}};

struct OsText {
    const char* attribute;
    std::string Os::*member;
};
constexpr OsText OsTexts[]{
    {"platform", &Os::platform}, {"version", &Os::version}, {"sp", &Os::sp}, {"arch", &Os::arch}};

void encode(Element& parent, const Event& event)
{
    auto& element = parent.add("event");
    element.say("eventtype", std::to_string(event.eventtype));
    element.say("eventresult", std::to_string(event.eventresult));
    if (event.errorcode != 0) element.say("errorcode", std::to_string(event.errorcode));
    element.say("previousversion", event.previousversion);
    element.say("nextversion", event.nextversion);
}

void encode(Element& parent, const AppRequest& app)
{
    auto& element = parent.add("app");
    element.say("appid", app.appid);
    for (const auto& [attribute, member] : AppTexts) element.say(attribute, app.*member);
    if (app.ping) element.add("ping").say("active", std::to_string(app.ping->active));
    if (app.updatecheck) element.add("updatecheck").say("targetversionprefix", app.updatecheck->targetversionprefix);
    for (const auto& event : app.events) encode(element, event);
}

Event eventFrom(const Element& element)
{
    demandText(element, "eventtype");
    Event event;
    event.eventtype = static_cast<std::int32_t>(numberOf(element, "eventtype", 0, Most, 0));
    event.eventresult = static_cast<std::int32_t>(numberOf(element, "eventresult", 0, Most, 0));
    event.errorcode = static_cast<std::int32_t>(numberOf(element, "errorcode", Least, Most, 0));
    event.previousversion = textOf(element, "previousversion");
    event.nextversion = textOf(element, "nextversion");
    return event;
}

AppRequest appFrom(const Element& element)
{
    AppRequest app;
    app.appid = demandText(element, "appid");
    for (const auto& [attribute, member] : AppTexts) app.*member = textOf(element, attribute);
    if (const auto* ping = element.only("ping"))
        app.ping = Ping{static_cast<int>(numberOf(*ping, "active", Least, Most, 0))};
    if (const auto* check = element.only("updatecheck"))
        app.updatecheck = UpdateCheckRequest{textOf(*check, "targetversionprefix")};
    for (const auto* event : element.all("event")) app.events.push_back(eventFrom(*event));
    return app;
}

} // namespace

std::string encodeXml(const Request& request)
{
    Element root{"request", {}, {}};
    for (const auto& [attribute, member] : RequestTexts) root.say(attribute, request.*member);
    if (request.ismachine) root.say("ismachine", "1");
    auto& os = root.add("os");
    for (const auto& [attribute, member] : OsTexts) os.say(attribute, request.os.*member);
    for (const auto& app : request.apps) encode(root, app);
    return writeXml(root);
}

Request decodeXmlRequest(std::string_view text)
{
    const auto root = readXml(text);
    if (root.name != "request") throw DecodeError("the document's root is no request");
    Request request;
    for (const auto& [attribute, member] : RequestTexts) request.*member = textOf(root, attribute);
    if (request.protocol != "3.0") refuse(root, "protocol", "is not 3.0");
    request.ismachine = flagOf(root, "ismachine", false);
    if (const auto* os = root.only("os"))
        for (const auto& [attribute, member] : OsTexts) request.os.*member = textOf(*os, attribute);
    for (const auto* app : root.all("app")) request.apps.push_back(appFrom(*app));
    return request;
}

} // namespace baton::protocol
