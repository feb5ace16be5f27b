#include "client/assemble/SignCommand.h"

#include "client/assemble/ListedDeltas.h"
#include "client/assemble/PackageFile.h"
#include "client/assemble/PassPhrase.h"
#include "client/assemble/PublicKeys.h"
#include "client/assemble/UsageError.h"
#include "client/assemble/ValueCheck.h"
#include "client/core/Text.h"
#include "client/core/Timestamp.h"
#include "client/os/Files.h"
#include "client/verify/Envelope.h"
#include "client/verify/KeyList.h"
#include "client/verify/PrivateKey.h"
#include "client/verify/Statement.h"

#include <sys/types.h>

#include <algorithm>
#include <filesystem>
#include <ostream>
#include <stdexcept>
#include <system_error>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;

std::string readFile(const std::string& file)
try {
    auto text = os::readWhole(file, verify::LongestEnvelope);
    if (!text) throw UsageError("there is no file " + escaped(file), exitcode::NoInput);
    return *std::move(text);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::NoInput);
}

void writeFile(const std::string& file, std::string_view text)
try {
    constexpr mode_t ForAll = 0644;
    os::writeDurably(file, text, ForAll);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::CannotCreate);
}

verify::SignedPackage packageToSign(const std::string& file)
{
    if (!isPlainName(fs::path(file).filename().string()))
        throw UsageError(escaped(file) + ": a package's name is made of letters, digits and ._+~-", exitcode::Data);
    auto package = packageOf(file);
    if (package.sizeBytes == 0) throw UsageError(escaped(file) + " is empty", exitcode::Data);
    return package;
}

WallTime expiryOf(const Values& values, WallTime now)
{
    const auto expires = momentOf(values.text("expires"), now).value_or(now);
    if (expires <= now) throw UsageError(values.origin("expires") + " is not after now: nobody would take that");
    return std::chrono::floor<std::chrono::seconds>(expires);
}

std::string needed(const Values& values, const char* option)
{
    if (values.has(option)) return values.text(option);
    throw UsageError(std::string("a release is signed for --") + option + ", for example --" + option + ' ' +
                     std::string(findOption(option)->example));
}

std::string payloadOfRelease(const Resolved& resolved, WallTime now)
{
    const auto& values = resolved.values;
    verify::Statement statement;
    statement.appId = needed(values, "app-id");
    statement.version = needed(values, "app-version");
    for (const auto& file : resolved.rest) statement.packages.push_back(packageToSign(file));
    statement.tracks = values.all("for-track");
    statement.os = values.text("for-os");
    statement.arch = values.text("for-arch");
    statement.issued = std::chrono::floor<std::chrono::seconds>(now);
    statement.expires = expiryOf(values, now);
    statement.floor = values.text("floor");
    statement.allowDowngradeFrom = values.all("allow-downgrade-from");
    for (const auto& file : values.all("deltas"))
        for (auto& delta : listedDeltas(file, readFile(file), statement.packages.front().sha256))
            statement.deltas.push_back(std::move(delta));
    return print(statement);
}

std::string payloadOfKeys(const Values& values, WallTime now)
{
    verify::KeyList list;
    list.version = static_cast<int>(parseNumber(values.text("keys-version")).value_or(0));
    list.threshold = static_cast<int>(parseNumber(values.text("threshold")).value_or(1));
    list.expires = expiryOf(values, now);
    for (auto& key : publicKeysOf(values)) list.keys.push_back({std::move(key), {}, {}});
    if (list.version < 1)
        throw UsageError("--keys-version counts from 1: the keys of --public-key alone are version 0");
    if (list.keys.empty()) throw UsageError("--keys-version needs the keys themselves: --public-key FILE, repeatable");
    if (list.threshold > static_cast<int>(list.keys.size()))
        throw UsageError("--threshold is more than there are keys: nobody could ever sign");
    return print(list);
}

verify::PrivateKey privateKeyOf(const Values& values, const std::string& named)
try {
    const auto passPhrase = [&]() -> std::optional<std::string> {
        if (auto phrase = passPhraseFromFile(values)) return phrase;
        return askPassPhrase("Pass phrase of " + escaped(named));
    };
    const auto colon = named.find(':');
    const bool isUri = colon != std::string::npos && colon > 1 && named.find('/') > colon && !fs::exists(named);
    return isUri ? verify::PrivateKey::open(named, passPhrase) : verify::PrivateKey::parse(readFile(named), passPhrase);
} catch (const UsageError&) {
    throw;
} catch (const std::runtime_error& error) {
    throw UsageError("--key " + escaped(named) + ": " + error.what(), exitcode::Data);
}

// One signature of each key: a second one would count for nothing.
void put(verify::Envelope& envelope, verify::Signature signature)
{
    std::erase_if(envelope.signatures, [&](const auto& one) { return one.keyId == signature.keyId; });
    envelope.signatures.push_back(std::move(signature));
}

void takeDetached(verify::Envelope& envelope, const Values& values, const std::string& message)
{
    const auto bytes = readFile(values.text("signature"));
    const auto keys = publicKeysOf(values);
    const auto signer =
        std::find_if(keys.begin(), keys.end(), [&](const auto& key) { return key.hasSigned(message, bytes); });
    if (signer == keys.end())
        throw UsageError("--signature " + escaped(values.text("signature")) +
                             " holds for no key of --public-key; sign the very bytes of --to-sign: ECDSA in DER with "
                             "SHA-256, or Ed25519",
                         exitcode::Data);
    put(envelope, {signer->id(), bytes});
}

std::string outputOf(const Resolved& resolved)
{
    const auto& values = resolved.values;
    if (values.has("output")) return values.text("output");
    if (resolved.rest.empty()) return "keys-" + values.text("keys-version") + ".json";
    return resolved.rest.front() + (resolved.rest.front().ends_with(".json") ? "" : ".dsse.json");
}

verify::Envelope envelopeOf(const Resolved& resolved, WallTime now)
{
    const auto& words = resolved.rest;
    const std::string type(verify::InTotoType);
    if (resolved.values.has("keys-version") && words.empty()) return {type, payloadOfKeys(resolved.values, now), {}};
    if (words.empty())
        throw UsageError("say what to sign: baton sign --key release.key --app-id ID --app-version V PACKAGE…");
    if (words.size() > 1 || !words.front().ends_with(".json")) return {type, payloadOfRelease(resolved, now), {}};
    try {
        return verify::parseEnvelope(readFile(words.front()), verify::Signatures::MayBeMissing);
    } catch (const UsageError&) {
        throw;
    } catch (const std::runtime_error& error) {
        throw UsageError(escaped(words.front()) + ": " + error.what(), exitcode::Data);
    }
}

} // namespace

int signCommand(const Resolved& resolved, WallTime now, std::ostream& out)
{
    const auto& values = resolved.values;
    if (!values.has("key") && !values.has("to-sign") && !values.has("signature"))
        throw UsageError("say with which key: --key FILE, or --to-sign FILE to have it signed elsewhere");
    auto envelope = envelopeOf(resolved, now);
    const auto message = verify::preAuthEncoding(envelope.payloadType, envelope.payload);
    for (const auto& named : values.all("key")) {
        const auto key = privateKeyOf(values, named);
        put(envelope, {key.publicKey().id(), key.sign(message)});
    }
    if (values.has("signature")) takeDetached(envelope, values, message);
    if (values.has("to-sign")) writeFile(values.text("to-sign"), message);
    const auto text = print(envelope);
    if (text.size() > verify::LongestEnvelope)
        throw UsageError("the signed statement would be longer than 64 KiB, which nobody takes", exitcode::Data);
    const auto file = outputOf(resolved);
    writeFile(file, text);
    out << escaped(file, 4096) << ": " << envelope.signatures.size()
        << (envelope.signatures.size() == 1 ? " signature\n" : " signatures\n");
    if (values.has("to-sign"))
        out << "sign the bytes of " << escaped(values.text("to-sign"), 4096) << ", then: baton sign "
            << escaped(file, 4096) << " --signature FILE --public-key FILE\n";
    return exitcode::Ok;
}

} // namespace baton::assemble
