// What a server answers, in any form: any bytes are either a response that can be taken at its word, and of which the
// canonical form loses nothing, and 3.1 nothing that it can say, or refused.
#include "client/core/Text.h"
#include "protocol/Address.h"
#include "protocol/Codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace baton::protocol;

bool isSound(const Package& package)
{
    return package.name.find('/') == std::string::npos && package.name != ".." && !package.name.empty() &&
           package.size >= 0 && (package.hashSha256.empty() || baton::isSha256Hex(package.hashSha256));
}

bool canBeAsked(const std::vector<std::string>& urls)
{
    return std::all_of(urls.begin(), urls.end(), [](const std::string& url) { return isAddress(url); });
}

bool isSound(const Operation& operation)
{
    if (!canBeAsked(operation.urls)) return false;
    return operation.type != "download" ||
           (operation.size.value_or(0) > 0 && !operation.urls.empty() && baton::isSha256Hex(operation.outSha256));
}

bool isSound(const Pipeline& pipeline)
{
    return std::all_of(pipeline.operations.begin(), pipeline.operations.end(),
                       [](const Operation& one) { return isSound(one); });
}

// An `ok` has packages, or pipelines, that can be taken at their word.
bool isSound(const AppResponse& app)
{
    if (!app.updatecheck || app.updatecheck->status != "ok") return true;
    const auto& check = *app.updatecheck;
    if (!canBeAsked(check.codebases) || !canBeAsked(check.codebasediffs)) return false;
    if (!std::all_of(check.pipelines.begin(), check.pipelines.end(), [](const Pipeline& one) { return isSound(one); }))
        return false;
    if (!check.manifest) return !check.pipelines.empty();
    return !check.codebases.empty() && !check.manifest->packages.empty() &&
           baton::isVersionText(check.manifest->version) &&
           std::all_of(check.manifest->packages.begin(), check.manifest->packages.end(),
                       [](const Package& one) { return isSound(one); });
}

// Pipelines alone it cannot say, and what offers nothing it does not read.
bool isSayableIn31(const Response& response)
{
    return std::none_of(response.apps.begin(), response.apps.end(), [](const AppResponse& app) {
        return app.updatecheck && !app.updatecheck->pipelines.empty() && !app.updatecheck->manifest;
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Response response;
    try {
        response = decodeResponse(text);
    } catch (const DecodeError&) {
        return 0;
    }
    if (!std::all_of(response.apps.begin(), response.apps.end(), [](const AppResponse& one) { return isSound(one); }))
        std::abort();
    if (formOf(text, response.protocol) == Form::Xml && decodeResponse(encode(response, Form::Xml)) != response)
        std::abort();
    if (response.protocol.empty()) response.protocol = "3.0"; // JSON must say it.
    if (decodeResponse(encode(response, Form::Canonical)) != response) std::abort();
    for (const auto form : {Form::Xml, Form::Json4}) (void)encode(response, form);
    if (!isSayableIn31(response)) return 0;
    for (auto& app : response.apps)
        if (app.updatecheck) app.updatecheck->pipelines.clear();
    if (decodeResponse(encode(response, Form::Json3)) != response) std::abort();
    return 0;
}
