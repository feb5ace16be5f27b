// What a publisher signs, whatever it is: a release's statement or a list of keys that prints and parses as itself, or
// refused. The memory of them, too.
#include "client/core/Text.h"
#include "client/verify/KeyList.h"
#include "client/verify/Memory.h"
#include "client/verify/PrivateKey.h"
#include "client/verify/Statement.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace {

using namespace baton::verify;

// The payload as one that was signed.
VerifiedPayload signedBytes(const std::string& payload)
{
    static const auto key = PrivateKey::generate(Algorithm::Ed25519);
    static const KeySet trusted{{key.publicKey()}, 1};
    const std::string type(InTotoType);
    return verify({type, payload, {{"", key.sign(preAuthEncoding(type, payload))}}}, trusted).value();
}

template <typename Read>
void readTwice(const std::string& payload, Read read)
{
    try {
        const auto value = read(payload);
        if (read(print(value)) != value) std::abort();
    } catch (const std::runtime_error&) {
        return;
    }
}

Statement statementOf(const std::string& payload)
{
    auto statement = parseStatement(signedBytes(payload));
    for (const auto& package : statement.packages)
        if (!baton::isPlainName(package.name) || !baton::isSha256Hex(package.sha256) || package.sizeBytes < 1)
            std::abort();
    if (statement.packages.empty() || statement.expires <= statement.issued) std::abort();
    // Printed as whole seconds.
    statement.issued = std::chrono::floor<std::chrono::seconds>(statement.issued);
    statement.expires = std::chrono::floor<std::chrono::seconds>(statement.expires);
    if (statement.expires <= statement.issued) throw std::runtime_error("it holds for less than a second");
    return statement;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string payload(reinterpret_cast<const char*>(data), size);
    readTwice(payload, statementOf);
    try {
        const auto list = parseKeyList(signedBytes(payload));
        if (list.keys.empty() || list.threshold < 1 || list.threshold > static_cast<int>(list.keys.size()))
            std::abort();
    } catch (const std::runtime_error&) {
        // Refused.
    }
    try {
        (void)print(parseMemory(payload));
    } catch (const std::runtime_error&) {
        return 0;
    }
    return 0;
}
