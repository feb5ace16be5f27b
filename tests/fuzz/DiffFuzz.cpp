// Any two files: the patch from the one to the other makes the other one again.
#include "client/delta/Apply.h"
#include "client/delta/Create.h"
#include "client/os/Files.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using namespace baton;

os::UniqueFd fileOf(std::string_view bytes)
{
    os::UniqueFd file(::memfd_create("fuzz", MFD_CLOEXEC));
    os::writeAll(file.get(), bytes, "fuzz");
    return file;
}

void roundTrip(delta::Algorithm algorithm, std::string_view oldBytes, std::string_view newBytes)
{
    std::string patch;
    delta::create(algorithm, oldBytes, newBytes, [&](std::string_view bytes) { patch += bytes; });
    const auto old = fileOf(oldBytes);
    const auto file = fileOf(patch);
    std::string made;
    delta::apply(algorithm, delta::OldFile(old.get(), "old"), file.get(), static_cast<std::int64_t>(newBytes.size()),
                 [&](std::string_view bytes) { made += bytes; });
    if (made == newBytes) return;
    std::cerr << "broken: " << delta::nameOf(algorithm) << " does not make the new file again\n";
    std::abort();
}

} // namespace

// The first byte says where the old file ends, in 256ths.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view all(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto oldSize = all.size() * data[0] / 256;
    for (const auto algorithm : delta::AllAlgorithms) roundTrip(algorithm, all.substr(0, oldSize), all.substr(oldSize));
    return 0;
}
