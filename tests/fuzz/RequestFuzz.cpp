// What a client sends to a server, in any form: any bytes are either a request of which the canonical form loses
// nothing, and XML nothing that came in XML, or refused.
#include "protocol/Codec.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton::protocol;
    Request request;
    try {
        request = decodeRequest(std::string_view(reinterpret_cast<const char*>(data), size));
    } catch (const DecodeError&) {
        return 0;
    }
    if (decodeRequest(encode(request, Form::Canonical)) != request) std::abort();
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (formOf(text, request.protocol) == Form::Xml && decodeRequest(encode(request, Form::Xml)) != request)
        std::abort();
    for (const auto form : {Form::Xml, Form::Json3, Form::Json4}) (void)encode(request, form);
    return 0;
}
