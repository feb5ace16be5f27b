#include "client/delta/BadPatch.h"
#include "client/delta/Stream.h"
#include "client/delta/ZstdFrame.h"

#include <zstd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace baton::delta {
namespace {

// A chain of frames that hold nothing is no progress.
constexpr std::int64_t MostFrames = 1'000'000;

} // namespace

ZstdStream::ZstdStream(std::string what, Section section, const ZstdTerms& terms)
    : Stream(std::move(what)),
      section_(std::move(section)),
      terms_(terms),
      context_(ZSTD_createDCtx())
{
    if (context_ == nullptr) throw std::bad_alloc();
}

ZstdStream::~ZstdStream() { ZSTD_freeDCtx(context_); }

// Keeps what is pending, so that a header is seen whole.
bool ZstdStream::refill()
{
    const auto bytes = section_.next();
    if (bytes.empty()) return false;
    pending_.erase(0, at_);
    at_ = 0;
    pending_ += bytes;
    return true;
}

void ZstdStream::demandNextFrame()
{
    if (frames_ > 0 && !terms_.severalFrames) refuse("has bytes after its end");
    if (++frames_ > MostFrames) refuse("is made of too many frames");
}

void ZstdStream::beginFrame()
{
    while (pending_.size() - at_ < LongestFrameHeader && refill()) {
    }
    const auto frame = readZstdFrame(std::string_view(pending_).substr(at_));
    if (!frame) refuse("is no zstd frame");
    if (frame->dictionary != 0) refuse("asks for a dictionary that nobody has");
    if (frame->windowBytes > std::uint64_t{1} << static_cast<unsigned>(terms_.windowLog))
        refuse("asks for a window of " + std::to_string(frame->windowBytes) + " bytes; " +
               std::to_string(std::uint64_t{1} << static_cast<unsigned>(terms_.windowLog)) + " are allowed");
    if (terms_.sizeBytes >= 0 && frame->contentBytes &&
        *frame->contentBytes != static_cast<std::uint64_t>(terms_.sizeBytes))
        refuse("says that it holds " + std::to_string(*frame->contentBytes) + " bytes instead of " +
               std::to_string(terms_.sizeBytes));
    ZSTD_DCtx_reset(context_, ZSTD_reset_session_and_parameters);
    ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, std::max(terms_.windowLog, 10));
    if (!terms_.prefix.empty()) ZSTD_DCtx_refPrefix(context_, terms_.prefix.data(), terms_.prefix.size());
    inFrame_ = true;
}

std::size_t ZstdStream::read(std::span<char> block)
{
    ZSTD_outBuffer out{block.data(), block.size(), 0};
    while (out.pos < out.size) {
        if (!inFrame_) {
            if (at_ == pending_.size() && !refill()) return out.pos;
            demandNextFrame();
            beginFrame();
        }
        ZSTD_inBuffer in{pending_.data() + at_, pending_.size() - at_, 0};
        const auto before = out.pos;
        const auto result = ZSTD_decompressStream(context_, &out, &in);
        if (ZSTD_isError(result) != 0) refuse(std::string("is no sound zstd frame: ") + ZSTD_getErrorName(result));
        at_ += in.pos;
        if (result == 0)
            inFrame_ = false;
        else if (out.pos == before && in.pos == 0 && !refill())
            refuse("is cut short");
    }
    return out.pos;
}

} // namespace baton::delta
