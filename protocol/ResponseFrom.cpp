#include "protocol/Address.h"
#include "protocol/Digest.h"
#include "protocol/FieldCodec.h"
#include "protocol/Pipelines.h"
#include "protocol/ResponseFields.h"
#include "protocol/Trees.h"

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

constexpr std::string_view ErrorWord = "error-";

bool isErrorWord(const std::string& status) { return isWord(status.substr(0, ErrorWord.size()), ErrorWord); }

bool isVersion(const std::string& text)
{
    return text.size() <= LongestName && text.find_first_not_of(VersionCharacters) == std::string::npos;
}

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
    package.size = numberOf(element, "size", 1, Int64Most).value_or(0);
    package.hashSha1 = digestOf(element, "hash", Sha1Bytes);
    package.hashSha256 = digestOf(element, "hash_sha256", Sha256Bytes);
    decodeFields(element, package, PackageFields);
    if (const auto* metadata = element.only("metadata")) {
        decodeFields(*metadata, package.metadata.emplace(), MetadataFields);
        package.metadata->text = metadata->text;
    }
    return package;
}

// Without a digest, for which alone it could be refused.
Action taskFrom(const Element& element)
{
    Action action;
    action.event = textOf(element, "event");
    decodeFields(element, action, ActionFields);
    return action;
}

std::vector<Action> actionsFrom(const Element& element)
{
    std::vector<Action> actions;
    for (const auto* one : element.all("action"))
        actions.emplace_back(taskFrom(*one)).sha256 = digestOf(*one, "sha256", Sha256Bytes);
    return actions;
}

// 3.1's text has the list itself; Chromium's code wraps it, as manifests do.
std::vector<Action> tasksFrom(const Element& updatecheck)
{
    std::vector<Action> tasks;
    for (const auto* one : updatecheck.all("action")) tasks.push_back(taskFrom(*one));
    for (const auto* wrapped : updatecheck.all("actions"))
        for (const auto* one : wrapped->all("action")) tasks.push_back(taskFrom(*one));
    return tasks;
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
    if (!isVersion(manifest.version)) refuse(element, "version", "is no version");
    decodeFields(element, manifest, ManifestFields);
    if (const auto* packages = element.only("packages"))
        for (const auto* package : packages->all("package")) manifest.packages.push_back(packageFrom(*package));
    if (manifest.packages.empty()) throw DecodeError("the element manifest has no package");
    if (const auto* actions = element.only("actions")) manifest.actions = actionsFrom(*actions);
    demandOneSha256(manifest);
    return manifest;
}

void demandVersion(const Element& element, const UpdateCheck& check)
{
    for (const auto& pipeline : check.pipelines)
        if (!isVersion(pipeline.nextversion)) refuse(element, "nextversion", "is no version");
    if (!isVersion(check.nextversion)) refuse(element, "nextversion", "is no version");
    if (check.nextversion.empty() && check.pipelines.front().nextversion.empty())
        refuse(element, "nextversion", "is missing or empty");
}

// Those that cannot be asked are left out.
void decodeUrls(const Element& urls, UpdateCheck& check)
{
    for (const auto* url : urls.all("url")) {
        if (auto codebase = textOf(*url, "codebase"); isAddress(codebase)) check.codebases.push_back(codebase);
        if (auto diff = textOf(*url, "codebasediff"); isAddress(diff)) check.codebasediffs.push_back(diff);
    }
}

// What an `ok` offers. A server of several dialects may have both a manifest and pipelines.
void decodeOffer(const Element& element, UpdateCheck& check, bool isXml)
{
    if (const auto* urls = element.only("urls")) decodeUrls(*urls, check);
    if (!isXml) check.pipelines = pipelinesFrom(element); // To XML's 3.0 they are an unknown element.
    if (!check.pipelines.empty()) demandVersion(element, check);
    const auto* const manifest = element.only("manifest");
    if (manifest == nullptr && !check.pipelines.empty()) return;
    if (check.codebases.empty())
        throw DecodeError(
            std::string("the element updatecheck is ok and has no url with a codebase that can be asked: ") +
            AddressForm);
    if (manifest == nullptr) throw DecodeError("the element updatecheck is ok and has no manifest");
    check.manifest = manifestFrom(*manifest);
}

UpdateCheck updateCheckFrom(const Element& element, bool isXml)
{
    UpdateCheck check;
    check.status = demandText(element, "status");
    decodeFields(element, check, UpdateCheckFields);
    check.actions = tasksFrom(element);
    // A manifest beside these words means nothing.
    if (isWord(check.status, "noupdate") || isErrorWord(check.status)) return check;
    if (!isWord(check.status, "ok")) refuse(element, "status", "is a word that nobody knows");
    decodeOffer(element, check, isXml);
    return check;
}

Data dataFrom(const Element& element)
{
    Data data;
    decodeFields(element, data, DataFields);
    data.text = element.text;
    return data;
}

AppResponse appFrom(const Element& element, bool isXml)
{
    AppResponse app;
    app.appid = demandText(element, "appid");
    app.status = isXml ? demandText(element, "status") : textOf(element, "status");
    if (!app.status.empty() && !isWord(app.status, "ok") && !isWord(app.status, "restricted") &&
        !isErrorWord(app.status))
        refuse(element, "status", "is a word that nobody knows");
    decodeFields(element, app, AppResponseFields);
    if (const auto* ping = element.only("ping")) app.ping = textOf(*ping, "status");
    if (const auto* check = element.only("updatecheck")) app.updatecheck = updateCheckFrom(*check, isXml);
    for (const auto* event : element.all("event")) app.events.push_back(textOf(*event, "status"));
    for (const auto* data : element.all("data")) app.data.push_back(dataFrom(*data));
    return app;
}

std::optional<DayStart> dayStartFrom(const Element& element)
{
    DayStart daystart;
    decodeFields(element, daystart, DayStartFields);
    return daystart == DayStart{} ? std::nullopt : std::optional(daystart);
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

Response responseFrom(const Element& root, bool isXml)
{
    Response response;
    response.protocol = textOf(root, "protocol");
    // Some servers of CoreUpdate's kind do not say it.
    if (!isXml || !response.protocol.empty()) demandProtocol(root, response.protocol, isXml);
    decodeFields(root, response, ResponseFields);
    if (const auto* daystart = root.only("daystart")) response.daystart = dayStartFrom(*daystart);
    if (const auto* requirements = root.only("systemrequirements"))
        decodeFields(*requirements, response.systemrequirements.emplace(), SystemRequirementsFields);
    for (const auto* app : demandEachOnce(root.all("app"), "appid")) response.apps.push_back(appFrom(*app, isXml));
    return response;
}

} // namespace baton::protocol
