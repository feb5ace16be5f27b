#include "tests/delta/Pair.h"

#include "client/delta/Apply.h"
#include "client/delta/BadPatch.h"
#include "client/delta/Create.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"

#include <sys/mman.h>

#include <random>

namespace baton::delta::testing {

os::UniqueFd fileOf(std::string_view bytes)
{
    os::UniqueFd file(os::check(::memfd_create("delta", MFD_CLOEXEC), "make a file in memory"));
    os::writeAll(file.get(), bytes, "a file in memory");
    return file;
}

std::string patchOf(Algorithm algorithm, std::string_view oldBytes, std::string_view newBytes)
{
    std::string patch;
    create(algorithm, oldBytes, newBytes, [&](std::string_view bytes) { patch += bytes; });
    return patch;
}

std::string applied(Algorithm algorithm, std::string_view oldBytes, std::string_view patch,
                    std::optional<std::int64_t> promisedBytes)
{
    const auto old = fileOf(oldBytes);
    const auto file = fileOf(patch);
    std::string made;
    apply(algorithm, OldFile(old.get(), "old"), file.get(), promisedBytes,
          [&](std::string_view bytes) { made += bytes; });
    return made;
}

std::string refusalOf(Algorithm algorithm, std::string_view oldBytes, std::string_view patch,
                      std::optional<std::int64_t> promisedBytes)
{
    try {
        applied(algorithm, oldBytes, patch, promisedBytes);
        return {};
    } catch (const BadPatch& refusal) {
        return refusal.what();
    }
}

std::string noise(std::size_t length, unsigned seed, unsigned letters)
{
    std::mt19937 random(seed);
    std::string bytes(length, '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random() % letters);
    return bytes;
}

} // namespace baton::delta::testing
