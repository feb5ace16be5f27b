// A file that should hold public keys: any bytes are keys that print and parse as themselves, or refused.
#include "client/verify/PublicKey.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton::verify;
    try {
        for (const auto& key : parsePublicKeys({reinterpret_cast<const char*>(data), size}))
            if (parsePublicKeys(key.pem()).front() != key || key.hasSigned("", "")) std::abort();
    } catch (const std::runtime_error&) {
        return 0;
    }
    return 0;
}
