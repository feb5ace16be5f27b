// NAME=VALUE, as an operator says it of the app: it is refused, or each form says it as it was meant.
#include "client/core/Text.h"
#include "protocol/AppAttributes.h"
#include "protocol/Codec.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton::protocol;
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(text.find('='), size);
    const auto value = text.substr(std::min(end + 1, size));

    Request request;
    auto& app = request.apps.emplace_back();
    app.appid = "a";
    app.updatecheck.emplace();
    if (!sayAttribute(app, text.substr(0, end), value)) return 0;

    if (!app.machineid.empty() || !app.track.empty() || app.appid != "a") std::abort(); // Who asks is not said so.
    if (!baton::isUtf8(value)) return 0;
    for (const auto form : {Form::Canonical, Form::Json3, Form::Json4})
        if (decodeRequest(encode(request, form)) != request) std::abort();
    const bool isXml = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
    if (isXml && decodeRequest(encode(request, Form::Xml)) != request) std::abort();
    return 0;
}
