#include "tests/protocol/Generated.h"

#include "protocol/Pipelines.h"
#include "protocol/RequestFields.h"
#include "protocol/ResponseFields.h"

#include <nlohmann/json.hpp>

#include <random>

namespace baton::protocol {
namespace {

class Maker {
public:
    explicit Maker(unsigned seed) : engine_(seed) {}

    bool maybe() { return upTo(1) == 1; }
    std::size_t upTo(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(engine_); }

    // Never empty: an empty text is one that is not said.
    std::string text()
    {
        static const std::vector<std::string> Pieces{
            "a", "Z", "9",   ".",  " ", "<", "&", "\"", "'", "\\", "\n", "\t", "/", "\xC3\xA9", "\xF0\x9F\x9A\x80",
            "{", "]", "%2f", "]]>"};
        std::string text = "x";
        for (auto left = upTo(8); left > 0; --left) text += Pieces[upTo(Pieces.size() - 1)];
        return text;
    }
    std::string hex(std::size_t digits)
    {
        std::string text;
        while (text.size() < digits) text += "0123456789abcdef"[upTo(15)];
        return text;
    }
    std::int64_t number(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>(least, most)(engine_);
    }
    Extras extras()
    {
        Extras extras;
        if (maybe()) extras.push_back({"_text", text(), Kind::Text});
        if (maybe()) extras.push_back({"_flag", maybe() ? "true" : "false", Kind::Flag});
        if (maybe()) extras.push_back({"_number", std::to_string(number(-9, 9)), Kind::Number});
        if (maybe()) extras.push_back({"_json", json(3).dump(), Kind::Json});
        return extras;
    }
    std::string address() { return (maybe() ? "https://h.example/" : "http://[::1]:8080/p?") + hex(upTo(8)); }

    template <typename Owner, std::size_t Count>
    void fill(Owner& owner, const std::array<Field<Owner>, Count>& fields)
    {
        for (const auto& field : fields)
            if (maybe()) std::visit([&](auto member) { set(owner.*member, field.least, field.most); }, field.member);
        owner.extras = extras();
    }
    template <typename Value, typename Make>
    void some(std::vector<Value>& values, const Make& make)
    {
        for (auto left = upTo(3); left > 0; --left) values.push_back(make());
    }

private:
    // What an application may say of itself: an object, a list, or null.
    nlohmann::ordered_json json(std::size_t depth)
    {
        nlohmann::ordered_json value;
        for (auto left = depth == 0 ? 0 : upTo(3); left > 0; --left) {
            nlohmann::ordered_json inner = text();
            if (maybe()) inner = json(depth - 1);
            if (maybe()) inner = number(-9, 9);
            if (depth % 2 == 0)
                value.push_back(inner);
            else
                value[text() + std::to_string(left)] = inner;
        }
        return value;
    }

    void set(std::string& value, std::int64_t, std::int64_t) { value = text(); }
    void set(std::optional<std::string>& value, std::int64_t, std::int64_t) { value = maybe() ? text() : ""; }
    void set(std::optional<std::int64_t>& value, std::int64_t least, std::int64_t most) { value = number(least, most); }
    void set(std::optional<bool>& value, std::int64_t, std::int64_t) { value = maybe(); }

    std::mt19937 engine_;
};

Event eventBy(Maker& make)
{
    Event event;
    event.eventtype = static_cast<std::int32_t>(make.number(0, 800));
    make.fill(event, EventFields);
    return event;
}

AppRequest appRequestBy(Maker& make, std::size_t index)
{
    AppRequest app;
    app.appid = make.text() + std::to_string(index);
    make.fill(app, AppRequestFields);
    if (make.maybe()) app.fp = make.text();
    make.some(app.packageFps, [&] { return make.text(); });
    make.some(app.cachedItems, [&] { return make.hex(64); });
    make.some(app.cachedFingerprints, [&] { return make.text(); });
    make.some(app.disabled, [&] { return make.number(-5, 5); });
    make.some(app.data, [&] {
        DataRequest data;
        make.fill(data, DataRequestFields);
        if (make.maybe()) data.text = make.text();
        return data;
    });
    if (make.maybe()) make.fill(app.ping.emplace(), PingFields);
    if (make.maybe()) make.fill(app.updatecheck.emplace(), UpdateCheckRequestFields);
    make.some(app.events, [&] { return eventBy(make); });
    return app;
}

Package packageBy(Maker& make, const std::string& sha256)
{
    Package package;
    package.name = "package-" + make.hex(4);
    if (make.upTo(3) > 0) package.size = make.number(1, Int64Most);
    if (make.maybe()) package.hashSha1 = make.hex(40);
    if (make.maybe()) package.hashSha256 = sha256;
    make.fill(package, PackageFields);
    if (make.maybe()) {
        make.fill(package.metadata.emplace(), MetadataFields);
        package.metadata->text = make.text();
    }
    return package;
}

Action actionBy(Maker& make, const std::string& sha256)
{
    Action action;
    if (make.maybe()) action.event = "postinstall";
    if (make.maybe()) action.sha256 = sha256;
    make.fill(action, ActionFields);
    return action;
}

Manifest manifestBy(Maker& make)
{
    Manifest manifest;
    manifest.version = "1." + std::to_string(make.upTo(99)) + ".0+b";
    const auto sha256 = make.hex(64);
    manifest.packages.push_back(packageBy(make, sha256));
    make.some(manifest.packages, [&] { return packageBy(make, make.hex(64)); });
    make.fill(manifest, ManifestFields);
    if (make.maybe()) return manifest;
    make.some(manifest.actions.emplace(), [&] { return actionBy(make, sha256); });
    return manifest;
}

Operation operationBy(Maker& make)
{
    Operation operation;
    operation.type = make.maybe() ? "download" : make.text();
    operation.size = make.number(1, Int64Most);
    operation.outSha256 = make.hex(64);
    if (make.maybe()) operation.inSha256 = make.hex(64);
    if (make.maybe()) operation.previousSha256 = make.hex(64);
    operation.urls = {make.address(), make.address()};
    make.fill(operation, OperationFields);
    return operation;
}

Pipeline pipelineBy(Maker& make)
{
    Pipeline pipeline;
    make.fill(pipeline, PipelineFields);
    pipeline.nextversion = make.maybe() ? "2.0" : "";
    make.some(pipeline.operations, [&] { return operationBy(make); });
    return pipeline;
}

UpdateCheck updateCheckBy(Maker& make)
{
    UpdateCheck check;
    check.status = make.maybe() ? "ok" : make.maybe() ? "noupdate" : "error-internal";
    make.fill(check, UpdateCheckFields);
    check.nextversion.clear();
    make.some(check.actions, [&] { return actionBy(make, {}); });
    if (check.status != "ok") return check;
    const bool isPiped = make.maybe();
    if (isPiped) {
        check.nextversion = "2.0";
        check.pipelines.push_back(pipelineBy(make));
        make.some(check.pipelines, [&] { return pipelineBy(make); });
    }
    make.some(check.codebasediffs, [&] { return make.address(); });
    if (isPiped && make.maybe()) return check;
    check.codebases = {"https://a.example", make.address()};
    check.manifest = manifestBy(make);
    return check;
}

AppResponse appResponseBy(Maker& make, std::size_t index)
{
    AppResponse app;
    app.appid = make.text() + std::to_string(index);
    app.status = make.maybe() ? "ok" : "error-unknownApplication";
    if (make.maybe()) app.ping = make.maybe() ? "ok" : "";
    make.fill(app, AppResponseFields);
    make.some(app.events, [&] { return make.text(); });
    make.some(app.data, [&] {
        Data data;
        make.fill(data, DataFields);
        if (make.maybe()) data.text = make.text();
        return data;
    });
    if (make.maybe()) app.updatecheck = updateCheckBy(make);
    return app;
}

template <typename Owner>
void asTexts(Owner& owner)
{
    for (auto& extra : owner.extras) extra.kind = Kind::Text;
}

template <typename Owner>
void asTexts(std::optional<Owner>& owner)
{
    if (owner) asTexts(*owner);
}

template <typename Owner>
void asTexts(std::vector<Owner>& owners)
{
    for (auto& owner : owners) asTexts(owner);
}

void asTexts(std::optional<Manifest>& manifest)
{
    if (!manifest) return;
    for (auto& extra : manifest->extras) extra.kind = Kind::Text;
    if (manifest->actions) asTexts(*manifest->actions);
    asTexts(manifest->packages);
    for (auto& package : manifest->packages) asTexts(package.metadata);
}

} // namespace

Request generatedRequest(unsigned seed)
{
    Maker make(seed);
    Request request;
    make.fill(request, RequestFields);
    if (make.maybe()) request.updater = make.text();
    make.fill(request.os, OsFields);
    if (make.maybe()) make.fill(request.hw.emplace(), HwFields);
    make.some(request.updaters, [&] {
        Updater updater;
        make.fill(updater, UpdaterFields);
        return updater;
    });
    for (auto left = make.upTo(3); left > 0; --left) request.apps.push_back(appRequestBy(make, left));
    return request;
}

Response generatedResponse(unsigned seed)
{
    Maker make(seed);
    Response response;
    make.fill(response, ResponseFields);
    if (make.maybe()) {
        make.fill(response.daystart.emplace(), DayStartFields);
        response.daystart->elapsedDays = make.number(0, 9'999); // One that says nothing is none.
    }
    if (make.maybe()) make.fill(response.systemrequirements.emplace(), SystemRequirementsFields);
    for (auto left = make.upTo(3); left > 0; --left) response.apps.push_back(appResponseBy(make, left));
    return response;
}

Request sayableInXml(Request request)
{
    request.osWord.clear(); // `@os` is no name in XML.
    request = sayableInJson3(std::move(request));
    asTexts(request);
    asTexts(request.os);
    asTexts(request.hw);
    asTexts(request.updaters);
    asTexts(request.apps);
    for (auto& app : request.apps) {
        asTexts(app.ping);
        asTexts(app.updatecheck);
        asTexts(app.events);
        asTexts(app.data);
    }
    return request;
}

Request sayableInJson3(Request request)
{
    for (auto& app : request.apps) {
        app.cachedItems.clear();
        app.cachedFingerprints.clear();
    }
    return request;
}

Response sayableInJson3(Response response)
{
    for (auto& app : response.apps) {
        if (!app.updatecheck) continue;
        app.updatecheck->pipelines.clear();
    }
    return response;
}

Response sayableInXml(Response response)
{
    response = sayableInJson3(std::move(response));
    asTexts(response);
    asTexts(response.daystart);
    asTexts(response.systemrequirements);
    asTexts(response.apps);
    for (auto& app : response.apps) {
        asTexts(app.data);
        asTexts(app.updatecheck);
        if (!app.updatecheck) continue;
        asTexts(app.updatecheck->actions);
        asTexts(app.updatecheck->manifest);
    }
    return response;
}

Response sayableInJson4(Response response)
{
    for (auto& app : response.apps) {
        if (!app.updatecheck) continue;
        auto& check = *app.updatecheck;
        if (check.manifest && check.nextversion.empty()) check.nextversion = check.manifest->version;
        if (check.pipelines.empty()) check.pipelines = asPipelines(check);
        check.actions.clear();
        check.manifest.reset();
        check.codebases.clear();
        check.codebasediffs.clear();
    }
    return response;
}

} // namespace baton::protocol
