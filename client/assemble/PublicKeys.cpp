#include "client/assemble/PublicKeys.h"

#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Files.h"
#include "client/verify/EmbeddedKeys.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t LongestFile = std::size_t{256} * 1024;

std::string textOf(const fs::path& file)
try {
    auto text = os::readWhole(file, LongestFile);
    if (!text) throw UsageError("--public-key: there is no file " + escaped(file.string()), exitcode::NoInput);
    return *std::move(text);
} catch (const std::system_error& error) {
    throw UsageError(std::string("--public-key: ") + error.what() + "; check its path and mode", exitcode::NoInput);
}

bool mayHoldKeys(const fs::path& file) { return file.extension() == ".pem" || file.extension() == ".pub"; }

// In one order whatever the directory's, so that messages and ids come out the same.
std::vector<fs::path> filesOf(const fs::path& named)
try {
    if (!fs::is_directory(named)) return {named};
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(named))
        if (mayHoldKeys(entry.path())) files.push_back(entry.path());
    if (files.empty())
        throw UsageError("--public-key " + escaped(named.string()) +
                             ": the directory has no file that ends in .pem or .pub",
                         exitcode::NoInput);
    std::sort(files.begin(), files.end());
    return files;
} catch (const fs::filesystem_error& error) {
    throw UsageError(std::string("--public-key: ") + error.what(), exitcode::NoInput);
}

} // namespace

std::vector<verify::PublicKey> publicKeysOf(const Values& values)
{
    std::vector<verify::PublicKey> keys;
    for (const auto& named : values.all("public-key"))
        for (const auto& file : filesOf(named)) try {
                for (auto& key : verify::parsePublicKeys(textOf(file)))
                    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
            } catch (const UsageError&) {
                throw;
            } catch (const std::runtime_error& error) {
                throw UsageError("--public-key " + escaped(file.string()) + ": " + error.what(), exitcode::Data);
            }
    return keys;
}

std::vector<verify::PublicKey> trustedKeys(const Values& values)
{
    if (verify::embeddedKeys().empty()) return publicKeysOf(values);
    if (values.has("public-key"))
        throw UsageError(escaped(values.origin("public-key")) +
                         ": this program has its keys built in and takes no others; leave it out");
    return verify::parsePublicKeys(verify::embeddedKeys());
}

std::string pemOf(const std::vector<verify::PublicKey>& keys)
{
    std::string pem;
    for (const auto& key : keys) pem += key.pem();
    return pem;
}

} // namespace baton::assemble
