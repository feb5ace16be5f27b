#include "protocol/Digest.h"
#include "protocol/FieldCodec.h"
#include "protocol/Pipelines.h"
#include "protocol/ResponseFields.h"
#include "protocol/Trees.h"

namespace baton::protocol {
namespace {

std::string digestFor(Form form, const std::string& hex) { return form == Form::Canonical ? hex : toBase64(hex); }

void encode(Element& packages, const Package& package, Form form)
{
    auto& element = packages.add("package");
    element.say("name", package.name);
    element.say("hash", digestFor(form, package.hashSha1));
    element.say("hash_sha256", package.hashSha256);
    if (package.size > 0) element.say("size", std::to_string(package.size), Kind::Number);
    encodeFields(element, package, PackageFields);
    if (!package.metadata) return;
    auto& metadata = element.add("metadata");
    encodeFields(metadata, *package.metadata, MetadataFields);
    metadata.text = package.metadata->text;
}

void encode(Element& parent, const std::vector<Action>& actions, Form form)
{
    auto& element = parent.add("actions");
    for (const auto& action : actions) {
        auto& one = element.add("action");
        one.say("event", action.event);
        one.say("sha256", digestFor(form, action.sha256));
        encodeFields(one, action, ActionFields);
    }
}

void encode(Element& parent, const Manifest& manifest, Form form)
{
    auto& element = parent.add("manifest");
    element.say("version", manifest.version);
    encodeFields(element, manifest, ManifestFields);
    auto& packages = element.add("packages");
    for (const auto& package : manifest.packages) encode(packages, package, form);
    if (manifest.actions) encode(element, *manifest.actions, form);
}

void encodeUrls(Element& element, const UpdateCheck& check)
{
    if (!check.manifest && check.codebases.empty() && check.codebasediffs.empty()) return;
    auto& urls = element.add("urls");
    for (const auto& codebase : check.codebases) urls.add("url").say("codebase", codebase);
    for (const auto& codebase : check.codebasediffs) urls.add("url").say("codebasediff", codebase);
}

void encode(Element& parent, const UpdateCheck& check, Form form)
{
    auto& element = parent.add("updatecheck");
    element.say("status", check.status);
    encodeFields(element, check, UpdateCheckFields);
    if (form == Form::Json4) {
        if (check.nextversion.empty() && check.manifest) element.say("nextversion", check.manifest->version);
        return encodePipelines(element, check.pipelines.empty() ? asPipelines(check) : check.pipelines);
    }
    encodeUrls(element, check);
    if (check.manifest) encode(element, *check.manifest, form);
    if (!check.actions.empty()) encode(element, check.actions, form);
    if (form == Form::Canonical) encodePipelines(element, check.pipelines);
}

void encode(Element& root, const AppResponse& app, Form form)
{
    auto& element = root.add("app");
    element.say("appid", app.appid);
    element.say("status", app.status);
    encodeFields(element, app, AppResponseFields);
    if (app.ping) element.add("ping").say("status", *app.ping);
    if (app.updatecheck) encode(element, *app.updatecheck, form);
    for (const auto& status : app.events) element.add("event").say("status", status);
    for (const auto& data : app.data) {
        auto& one = element.add("data");
        encodeFields(one, data, DataFields);
        one.text = data.text;
    }
}

} // namespace

Element treeOf(const Response& response, Form form)
{
    Element root{"response", {}, {}, {}};
    root.say("protocol", response.protocol);
    encodeFields(root, response, ResponseFields);
    if (response.daystart) encodeFields(root.add("daystart"), *response.daystart, DayStartFields);
    if (response.systemrequirements)
        encodeFields(root.add("systemrequirements"), *response.systemrequirements, SystemRequirementsFields);
    for (const auto& app : response.apps) encode(root, app, form);
    return root;
}

} // namespace baton::protocol
