// downloads/attempt.json, which the agent writes and the stager reads: any bytes are either an attempt that leads
// nobody out of the downloads directory and prints and parses as itself, or refused.
#include "client/core/Text.h"
#include "client/store/Attempt.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace baton;
    store::Attempt attempt;
    try {
        attempt = store::parseAttempt(std::string(reinterpret_cast<const char*>(data), size));
    } catch (const std::runtime_error&) {
        return 0;
    }
    const auto safe = [](const store::AttemptPackage& package) {
        return isPlainName(package.name) && isSha256Hex(package.sha256) && package.sizeBytes >= 0;
    };
    const bool sound = isSha256Hex(attempt.key.sha256) && isVersionText(attempt.key.version) &&
                       std::all_of(attempt.packages.begin(), attempt.packages.end(), safe);
    if (!sound || store::parseAttempt(print(attempt)) != attempt) std::abort();
    return 0;
}
