#include "client/delta/Apply.h"

#include "client/delta/BadPatch.h"
#include "client/delta/Bsdiff40.h"
#include "client/delta/BsdiffZstd.h"
#include "client/delta/Section.h"
#include "client/delta/Stream.h"

#include <vector>

namespace baton::delta {
namespace {

constexpr std::size_t BlockBytes = std::size_t{256} * 1024;

void applyZstd(const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes, const Sink& sink)
{
    const ZstdTerms terms{ZstdWindowLog, false, old.bytes(), promisedBytes.value_or(-1)};
    ZstdStream stream("the patch", Section(patch, 0, patchSize(patch)), terms);
    std::vector<char> block(BlockBytes);
    std::int64_t made = 0;
    while (const auto length = stream.read(block)) {
        made += static_cast<std::int64_t>(length);
        if (promisedBytes && made > *promisedBytes)
            throw BadPatch("the patch makes more than the promised " + std::to_string(*promisedBytes) + " bytes");
        sink({block.data(), length});
    }
    if (promisedBytes && made != *promisedBytes)
        throw BadPatch("the patch makes " + std::to_string(made) + " bytes instead of the promised " +
                       std::to_string(*promisedBytes));
}

} // namespace

void apply(Algorithm algorithm, const OldFile& old, int patch, std::optional<std::int64_t> promisedBytes,
           const Sink& sink)
{
    switch (algorithm) {
    case Algorithm::Bsdiff40: return applyBsdiff40(old, patch, promisedBytes, sink);
    case Algorithm::Zstd: return applyZstd(old, patch, promisedBytes, sink);
    case Algorithm::BsdiffZstd: return applyBsdiffZstd(old, patch, promisedBytes, sink);
    }
}

Algorithm algorithmOfPatch(int patch)
{
    const auto algorithm = algorithmOf(patchHead(patch, MagicBytes));
    if (!algorithm) throw BadPatch("it is no patch: it begins neither as BSDIFF40, nor as bsdiff-zstd, nor as zstd");
    return *algorithm;
}

} // namespace baton::delta
