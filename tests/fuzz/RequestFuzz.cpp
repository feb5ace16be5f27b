// What a client sends to a server: any bytes are either a request that encodes and decodes as itself, or refused.
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
    if (decodeRequest(encode(request, Form::Xml)) != request) std::abort();
    return 0;
}
