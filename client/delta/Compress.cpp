#include "client/delta/Compress.h"

#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

namespace baton::delta {
namespace {

constexpr int BlockOf900k = 9;
constexpr int LongWindowLog = 25;
constexpr std::size_t LongBytes = std::size_t{16} << 20U;
constexpr std::size_t MadeAtATime = std::size_t{64} * 1024;

std::size_t demand(std::size_t result)
{
    if (ZSTD_isError(result) != 0)
        throw std::runtime_error(std::string("zstd cannot compress: ") + ZSTD_getErrorName(result));
    return result;
}

} // namespace

BzCompressor::BzCompressor()
{
    if (BZ2_bzCompressInit(&state_, BlockOf900k, 0, 0) != BZ_OK) throw std::bad_alloc();
}

BzCompressor::~BzCompressor() { BZ2_bzCompressEnd(&state_); }

void BzCompressor::run(std::string_view bytes, int action)
{
    constexpr std::size_t Most = std::numeric_limits<unsigned>::max();
    int result = BZ_RUN_OK;
    while (!bytes.empty() || (action == BZ_FINISH && result != BZ_STREAM_END)) {
        const auto taken = std::min(bytes.size(), Most);
        state_.next_in = const_cast<char*>(bytes.data()); // It only reads there.
        state_.avail_in = static_cast<unsigned>(taken);
        const auto before = made_.size();
        made_.resize(before + MadeAtATime);
        state_.next_out = made_.data() + before;
        state_.avail_out = MadeAtATime;
        result = BZ2_bzCompress(&state_, action);
        made_.resize(before + MadeAtATime - state_.avail_out);
        bytes.remove_prefix(taken - state_.avail_in);
        if (result < 0) throw std::runtime_error("bzip2 cannot compress");
    }
}

std::string BzCompressor::finish()
{
    run({}, BZ_FINISH);
    return std::move(made_);
}

std::string zstdFrame(std::string_view bytes, int level, int windowLog, std::string_view prefix)
{
    if (bytes.empty()) return {};
    const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
    if (!context) throw std::bad_alloc();
    demand(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level));
    demand(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, windowLog));
    // Where the match finder's own tables no longer reach over both, as zstd --patch-from does it.
    if (windowLog >= LongWindowLog && bytes.size() >= LongBytes)
        demand(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_enableLongDistanceMatching, 1));
    if (!prefix.empty()) demand(ZSTD_CCtx_refPrefix(context.get(), prefix.data(), prefix.size()));
    std::string made(ZSTD_compressBound(bytes.size()), '\0');
    made.resize(demand(ZSTD_compress2(context.get(), made.data(), made.size(), bytes.data(), bytes.size())));
    return made;
}

} // namespace baton::delta
