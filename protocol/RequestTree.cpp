#include "protocol/FieldCodec.h"
#include "protocol/RequestFields.h"
#include "protocol/Trees.h"

namespace baton::protocol {
namespace {

void encode(Element& parent, const Event& event)
{
    auto& element = parent.add("event");
    element.say("eventtype", std::to_string(event.eventtype), Kind::Number);
    encodeFields(element, event, EventFields);
}

void encodeLists(Element& element, const AppRequest& app, Form form)
{
    for (const auto reason : app.disabled) element.add("disabled").say("reason", std::to_string(reason), Kind::Number);
    for (const auto& data : app.data) {
        auto& one = element.add("data");
        encodeFields(one, data, DataRequestFields);
        one.text = data.text;
    }
    if (!app.packageFps.empty()) {
        auto& packages = element.add("packages");
        for (const auto& fp : app.packageFps) packages.add("package").say("fp", fp);
    }
    if (form == Form::Xml || form == Form::Json3) return;
    for (const auto& sha256 : app.cachedItems) element.add("cached_items").say("sha256", sha256);
    for (const auto& fp : app.cachedFingerprints) element.add("cached_fingerprints").say("fingerprint", fp);
}

void encode(Element& parent, const AppRequest& app, Form form)
{
    auto& element = parent.add("app");
    element.say("appid", app.appid);
    encodeFields(element, app, AppRequestFields);
    element.say("fp", app.fp);
    encodeLists(element, app, form);
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
    if (event.previousfp.empty()) event.previousfp = fingerprintOf(element, "previousfp");
    if (event.nextfp.empty()) event.nextfp = fingerprintOf(element, "nextfp");
    return event;
}

DataRequest dataFrom(const Element& element)
{
    DataRequest data;
    decodeFields(element, data, DataRequestFields);
    data.text = element.text;
    return data;
}

// Empty ones are not said.
std::vector<std::string> textsOf(const Element& element, const char* child, const char* attribute)
{
    std::vector<std::string> texts;
    for (const auto* one : element.all(child))
        if (auto text = textOf(*one, attribute); !text.empty()) texts.push_back(std::move(text));
    return texts;
}

void decodeLists(const Element& element, AppRequest& app, bool isXml)
{
    for (const auto* one : element.all("disabled"))
        app.disabled.push_back(numberOf(*one, "reason", Int64Least, Int64Most).value_or(0));
    for (const auto* one : element.all("data")) app.data.push_back(dataFrom(*one));
    for (const auto* one : element.all("event")) app.events.push_back(eventFrom(*one));
    if (const auto* packages = element.only("packages")) app.packageFps = textsOf(*packages, "package", "fp");
    if (isXml) return; // The rest is 4.0's, which XML does not have.
    app.cachedItems = textsOf(element, "cached_items", "sha256");
    app.cachedFingerprints = textsOf(element, "cached_fingerprints", "fingerprint");
}

AppRequest appFrom(const Element& element, bool isXml)
{
    AppRequest app;
    app.appid = demandText(element, "appid");
    decodeFields(element, app, AppRequestFields);
    app.fp = fingerprintOf(element, "fp");
    if (const auto* ping = element.only("ping")) decodeFields(*ping, app.ping.emplace(), PingFields);
    if (const auto* check = element.only("updatecheck"))
        decodeFields(*check, app.updatecheck.emplace(), UpdateCheckRequestFields);
    decodeLists(element, app, isXml);
    return app;
}

Updater updaterFrom(const Element& element)
{
    Updater updater;
    decodeFields(element, updater, UpdaterFields);
    return updater;
}

} // namespace

Element treeOf(const Request& request, Form form)
{
    Element root{"request", {}, {}, {}};
    root.say("protocol", request.protocol);
    root.say(form == Form::Xml ? "updater" : "@updater", request.updater);
    encodeFields(root, request, RequestFields);
    if (request.hw) encodeFields(root.add("hw"), *request.hw, HwFields);
    if (request.os != Os{}) encodeFields(root.add("os"), request.os, OsFields);
    for (const auto& updater : request.updaters) encodeFields(root.add("updater"), updater, UpdaterFields);
    for (const auto& app : request.apps) encode(root, app, form);
    return root;
}

Request requestFrom(const Element& root, bool isXml)
{
    Request request;
    request.protocol = demandText(root, "protocol");
    demandProtocol(root, request.protocol, isXml);
    decodeFields(root, request, RequestFields);
    request.updater = textOf(root, root.attribute("@updater") != nullptr ? "@updater" : "updater");
    if (const auto* hw = root.only("hw")) decodeFields(*hw, request.hw.emplace(), HwFields);
    if (const auto* os = root.only("os")) decodeFields(*os, request.os, OsFields);
    for (const auto* updater : root.all("updater")) request.updaters.push_back(updaterFrom(*updater));
    for (const auto* app : demandEachOnce(root.all("app"), "appid")) request.apps.push_back(appFrom(*app, isXml));
    return request;
}

} // namespace baton::protocol
