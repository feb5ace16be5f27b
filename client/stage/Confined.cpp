#include "client/stage/Confined.h"

#include "client/os/Confinement.h"
#include "client/stage/TarReader.h"
#include "client/verify/Sha256.h"

namespace baton::stage {
namespace {

constexpr std::int64_t MostMemory = std::int64_t{1} << 30U; // A zstd patch may ask for a window of 128 MiB.

} // namespace

std::vector<std::string> confineTo(const store::Store& store, const Limits& limits)
{
    // Both read files when they are first asked for, and remember them.
    verify::sha256Of("");
    static const Utf8Locale KeptLoaded;
    // What stands in the state directory may be a link to another disk, so each is named.
    return os::confine({{store.root(), store.downloads()}, {store.releases()}, limits.bytes, MostMemory});
}

store::Verdict runConfined(const store::Store& store, const Settings& settings, Log& log)
{
    for (const auto& missing : confineTo(store, settings.limits))
        log.warning("confined less than it could be, without " + missing);
    return run(store, settings, log);
}

} // namespace baton::stage
