// What a server answers: any bytes are either a response that can be taken at its word, or refused.
#include "client/core/Text.h"
#include "protocol/Codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace baton::protocol;

bool isSound(const AppResponse& app)
{
    if (!app.updatecheck || app.updatecheck->status != "ok") return true;
    const auto& manifest = app.updatecheck->manifest;
    return manifest && !manifest->packages.empty() && baton::isVersionText(manifest->version) &&
           std::all_of(manifest->packages.begin(), manifest->packages.end(), [](const Package& package) {
               return package.name.find('/') == std::string::npos && package.name != ".." && !package.name.empty() &&
                      package.size > 0 && (package.hashSha256.empty() || baton::isSha256Hex(package.hashSha256));
           });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Response response;
    try {
        response = decodeResponse(std::string_view(reinterpret_cast<const char*>(data), size));
    } catch (const DecodeError&) {
        return 0;
    }
    const bool sound = std::all_of(response.apps.begin(), response.apps.end(), isSound);
    if (!sound || decodeResponse(encode(response, Form::Xml)) != response) std::abort();
    return 0;
}
