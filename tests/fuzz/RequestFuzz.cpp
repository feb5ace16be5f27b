// What a client sends to a server, in any form: any bytes are either a request of which the canonical form and 4.0's
// lose nothing, 3.1 and XML nothing that they can say, or refused.
#include "protocol/Codec.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace baton::protocol;

void demandSame(const Request& request, Form form)
{
    if (decodeRequest(encode(request, form)) != request) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Request request;
    try {
        request = decodeRequest(text);
    } catch (const DecodeError&) {
        return 0;
    }
    const bool isXml = formOf(text, request.protocol) == Form::Xml;
    demandSame(request, Form::Canonical);
    demandSame(request, Form::Json4);
    if (isXml) demandSame(request, Form::Xml);
    (void)encode(request, Form::Xml);
    for (auto& app : request.apps) {
        app.cachedItems.clear();
        app.cachedFingerprints.clear();
    }
    demandSame(request, Form::Json3);
    return 0;
}
