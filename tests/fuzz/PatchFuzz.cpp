// Any bytes at all as a patch: it makes something within its bounds, twice the same, or it is refused.
#include "client/delta/Apply.h"
#include "client/delta/BadPatch.h"
#include "client/os/Files.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

namespace {

using namespace baton;

constexpr std::size_t Most = std::size_t{1} << 20U;

void demand(bool holds, const char* what)
{
    if (holds) return;
    std::cerr << "broken: " << what << '\n';
    std::abort();
}

os::UniqueFd fileOf(std::string_view bytes)
{
    os::UniqueFd file(::memfd_create("fuzz", MFD_CLOEXEC));
    os::writeAll(file.get(), bytes, "fuzz");
    return file;
}

// The old file of the corpus: 4,096 bytes that repeat a little.
std::string oldBytes()
{
    std::string bytes;
    for (unsigned i = 0; i < 4096; ++i) bytes += static_cast<char>((i * i >> 3U) + (i & 0x40U));
    return bytes;
}

struct Enough {};

std::optional<std::string> made(const delta::OldFile& old, int patch, std::optional<std::int64_t> promised)
{
    std::string bytes;
    try {
        delta::apply(delta::algorithmOfPatch(patch), old, patch, promised, [&](std::string_view block) {
            bytes += block;
            if (bytes.size() > Most) throw Enough();
        });
        return bytes;
    } catch (const delta::BadPatch& refusal) {
        demand(*refusal.what() != '\0', "a refusal without a reason");
    } catch (const Enough&) {
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto OldDescriptor = fileOf(oldBytes());
    static const delta::OldFile Old(OldDescriptor.get(), "old");
    const auto patch = fileOf({reinterpret_cast<const char*>(data), size});
    const auto once = made(Old, patch.get(), std::nullopt);
    if (!once) return 0;
    const auto bytes = static_cast<std::int64_t>(once->size());
    demand(made(Old, patch.get(), bytes) == once, "the same patch makes something else");
    demand(!made(Old, patch.get(), bytes + 1), "a promise that was not kept is taken");
    return 0;
}
