// What a server answers, in any form: any bytes are either a response that can be taken at its word, and of which the
// canonical form loses nothing, or refused.
#include "client/core/Text.h"
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
           package.size > 0 && (package.hashSha256.empty() || baton::isSha256Hex(package.hashSha256));
}

bool isSound(const Operation& operation)
{
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
    if (!check.pipelines.empty())
        return std::all_of(check.pipelines.begin(), check.pipelines.end(),
                           [](const Pipeline& one) { return isSound(one); });
    return check.manifest && !check.manifest->packages.empty() && baton::isVersionText(check.manifest->version) &&
           std::all_of(check.manifest->packages.begin(), check.manifest->packages.end(),
                       [](const Package& one) { return isSound(one); });
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
    for (const auto form : {Form::Xml, Form::Json3, Form::Json4}) (void)encode(response, form);
    return 0;
}
