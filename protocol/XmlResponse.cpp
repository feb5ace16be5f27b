#include "protocol/Digest.h"
#include "protocol/Xml.h"
#include "protocol/XmlFields.h"

#include <algorithm>

namespace baton::protocol {
namespace {

constexpr std::size_t LongestName = 255;
constexpr std::string_view VersionCharacters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+_~-";

// One segment of a path, as it stands in a URL.
bool isSegment(const std::string& name)
{
    return !name.empty() && name.size() <= LongestName && name != "." && name != ".." &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; }) &&
           name.find_first_of("/\\?#%") == std::string::npos;
}

bool isErrorWord(const std::string& status) { return status.starts_with("error-"); }

std::string digestOf(const Element& element, const char* attribute, std::size_t bytes)
{
    const auto text = textOf(element, attribute);
    if (text.empty()) return {};
    const auto digest = readDigest(text, bytes);
    if (!digest) refuse(element, attribute, "is neither hex nor base64 of " + std::to_string(bytes) + " bytes");
    return *digest;
}

Package packageFrom(const Element& element)
{
    Package package;
    package.name = demandText(element, "name");
    if (!isSegment(package.name)) refuse(element, "name", "is no single segment of a path");
    demandText(element, "size");
    package.size = numberOf(element, "size", 1, Int64Most).value_or(0);
    package.hashSha1 = digestOf(element, "hash", Sha1Bytes);
    package.hashSha256 = digestOf(element, "hash_sha256", Sha256Bytes);
    package.required = flagOf(element, "required");
    return package;
}

Action actionFrom(const Element& element)
{
    Action action;
    action.event = textOf(element, "event");
    action.sha256 = digestOf(element, "sha256", Sha256Bytes);
    decodeFields(element, action, ActionFields);
    return action;
}

void demandOneSha256(const Manifest& manifest)
{
    if (!manifest.actions) return;
    for (const auto& action : *manifest.actions)
        if (!action.sha256.empty() && action.sha256 != manifest.firstSha256())
            throw DecodeError("the element action, attribute sha256: differs from the first package's hash_sha256");
}

Manifest manifestFrom(const Element& element)
{
    Manifest manifest;
    manifest.version = demandText(element, "version");
    if (manifest.version.size() > LongestName ||
        manifest.version.find_first_not_of(VersionCharacters) != std::string::npos)
        refuse(element, "version", "is no version");
    if (const auto* packages = element.only("packages"))
        for (const auto* package : packages->all("package")) manifest.packages.push_back(packageFrom(*package));
    if (manifest.packages.empty()) throw DecodeError("the element manifest has no package");
    if (const auto* actions = element.only("actions")) {
        manifest.actions.emplace();
        for (const auto* action : actions->all("action")) manifest.actions->push_back(actionFrom(*action));
    }
    demandOneSha256(manifest);
    return manifest;
}

UpdateCheck updateCheckFrom(const Element& element)
{
    UpdateCheck check;
    check.status = demandText(element, "status");
    decodeFields(element, check, UpdateCheckFields);
    if (check.status == "noupdate" || isErrorWord(check.status)) return check; // A manifest beside it means nothing.
    if (check.status != "ok") refuse(element, "status", "is a word that nobody knows");
    if (const auto* urls = element.only("urls"))
        for (const auto* url : urls->all("url"))
            if (auto codebase = textOf(*url, "codebase"); !codebase.empty()) check.codebases.push_back(codebase);
    if (check.codebases.empty()) throw DecodeError("the element updatecheck is ok and has no url with a codebase");
    const auto* const manifest = element.only("manifest");
    if (manifest == nullptr) throw DecodeError("the element updatecheck is ok and has no manifest");
    check.manifest = manifestFrom(*manifest);
    return check;
}

AppResponse appFrom(const Element& element)
{
    AppResponse app;
    app.appid = demandText(element, "appid");
    app.status = demandText(element, "status");
    if (app.status != "ok" && app.status != "restricted" && !isErrorWord(app.status))
        refuse(element, "status", "is a word that nobody knows");
    app.ping = element.only("ping") != nullptr;
    if (const auto* check = element.only("updatecheck")) app.updatecheck = updateCheckFrom(*check);
    for (const auto* event : element.all("event")) app.events.push_back(textOf(*event, "status"));
    return app;
}

std::optional<DayStart> dayStartFrom(const Element& element)
{
    DayStart daystart;
    decodeFields(element, daystart, DayStartFields);
    return daystart == DayStart{} ? std::nullopt : std::optional(daystart);
}

void encode(Element& parent, const Manifest& manifest)
{
    auto& element = parent.add("manifest");
    element.say("version", manifest.version);
    auto& packages = element.add("packages");
    for (const auto& package : manifest.packages) {
        auto& one = packages.add("package");
        one.say("name", package.name);
        one.say("hash", toBase64(package.hashSha1));
        one.say("hash_sha256", package.hashSha256);
        one.say("size", std::to_string(package.size));
        one.say("required", attributeText(package.required, FlagForm::Word));
    }
    if (!manifest.actions) return;
    auto& actions = element.add("actions");
    for (const auto& action : *manifest.actions) {
        auto& one = actions.add("action");
        one.say("event", action.event);
        one.say("sha256", toBase64(action.sha256));
        encodeFields(one, action, ActionFields);
    }
}

void encode(Element& parent, const UpdateCheck& check)
{
    auto& element = parent.add("updatecheck");
    element.say("status", check.status);
    encodeFields(element, check, UpdateCheckFields);
    if (!check.manifest) return;
    auto& urls = element.add("urls");
    for (const auto& codebase : check.codebases) urls.add("url").say("codebase", codebase);
    encode(element, *check.manifest);
}

} // namespace

std::string Manifest::firstSha256() const
{
    if (!packages.empty() && !packages.front().hashSha256.empty()) return packages.front().hashSha256;
    if (!actions) return {};
    for (const auto& action : *actions)
        if (!action.sha256.empty()) return action.sha256;
    return {};
}

std::string encodeXml(const Response& response)
{
    Element root{"response", {}, {}};
    root.say("protocol", response.protocol);
    root.say("server", response.server);
    if (response.daystart) encodeFields(root.add("daystart"), *response.daystart, DayStartFields);
    for (const auto& app : response.apps) {
        auto& element = root.add("app");
        element.say("appid", app.appid);
        element.say("status", app.status);
        if (app.ping) element.add("ping").say("status", "ok");
        if (app.updatecheck) encode(element, *app.updatecheck);
        for (const auto& status : app.events) element.add("event").say("status", status);
    }
    return writeXml(root);
}

Response decodeXmlResponse(std::string_view text)
{
    const auto root = readXml(text);
    if (root.name != "response") throw DecodeError("the document's root is no response");
    Response response;
    response.protocol = textOf(root, "protocol"); // Some servers of CoreUpdate's kind do not say it.
    if (!response.protocol.empty() && response.protocol != "3.0") refuse(root, "protocol", "is not 3.0");
    response.server = textOf(root, "server");
    if (const auto* daystart = root.only("daystart")) response.daystart = dayStartFrom(*daystart);
    for (const auto* app : demandEachOnce(root.all("app"), "appid")) response.apps.push_back(appFrom(*app));
    return response;
}

} // namespace baton::protocol
