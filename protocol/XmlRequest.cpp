#include "protocol/Xml.h"
#include "protocol/XmlFields.h"

namespace baton::protocol {
namespace {

void encode(Element& parent, const Event& event)
{
    auto& element = parent.add("event");
    element.say("eventtype", std::to_string(event.eventtype));
    encodeFields(element, event, EventFields);
}

void encode(Element& parent, const AppRequest& app)
{
    auto& element = parent.add("app");
    element.say("appid", app.appid);
    encodeFields(element, app, AppRequestFields);
    if (app.ping) encodeFields(element.add("ping"), *app.ping, PingFields);
    if (app.updatecheck) encodeFields(element.add("updatecheck"), *app.updatecheck, UpdateCheckRequestFields);
    for (const auto& event : app.events) encode(element, event);
}

Event eventFrom(const Element& element)
{
    demandText(element, "eventtype");
    Event event;
    event.eventtype = static_cast<std::int32_t>(numberOf(element, "eventtype", 0, Int32Most).value_or(0));
    decodeFields(element, event, EventFields);
    return event;
}

AppRequest appFrom(const Element& element)
{
    AppRequest app;
    app.appid = demandText(element, "appid");
    decodeFields(element, app, AppRequestFields);
    if (const auto* ping = element.only("ping")) decodeFields(*ping, app.ping.emplace(), PingFields);
    if (const auto* check = element.only("updatecheck"))
        decodeFields(*check, app.updatecheck.emplace(), UpdateCheckRequestFields);
    for (const auto* event : element.all("event")) app.events.push_back(eventFrom(*event));
    return app;
}

} // namespace

std::string encodeXml(const Request& request)
{
    Element root{"request", {}, {}};
    root.say("protocol", request.protocol);
    encodeFields(root, request, RequestFields);
    encodeFields(root.add("os"), request.os, OsFields);
    for (const auto& app : request.apps) encode(root, app);
    return writeXml(root);
}

Request decodeXmlRequest(std::string_view text)
{
    const auto root = readXml(text);
    if (root.name != "request") throw DecodeError("the document's root is no request");
    Request request;
    request.protocol = demandText(root, "protocol");
    if (request.protocol != "3.0") refuse(root, "protocol", "is not 3.0");
    decodeFields(root, request, RequestFields);
    if (const auto* os = root.only("os")) decodeFields(*os, request.os, OsFields);
    for (const auto* app : demandEachOnce(root.all("app"), "appid")) request.apps.push_back(appFrom(*app));
    return request;
}

} // namespace baton::protocol
