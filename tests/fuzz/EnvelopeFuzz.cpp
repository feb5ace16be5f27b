// A statement as a stranger serves it: any bytes are either an envelope that prints and parses as itself, or refused;
// and nothing of one that our key did not sign is ever looked at.
#include "client/verify/Envelope.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

namespace {

constexpr const char* PublicPem = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
)";

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton::verify;
    static const KeySet trusted{parsePublicKeys(PublicPem), 1};
    try {
        const auto envelope = parseEnvelope({reinterpret_cast<const char*>(data), size});
        if (size > LongestEnvelope || envelope.signatures.empty()) std::abort();
        const auto printed = print(envelope);
        if (printed.size() <= LongestEnvelope && parseEnvelope(printed) != envelope) std::abort();
        if (verify(envelope, trusted)) std::abort(); // Nobody has that private key any more.
    } catch (const std::runtime_error&) {
        return 0;
    }
    return 0;
}
