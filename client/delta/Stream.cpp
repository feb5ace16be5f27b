#include "client/delta/Stream.h"

#include "client/delta/BadPatch.h"

#include <utility>

namespace baton::delta {

void Stream::refuse(const std::string& why) const { throw BadPatch(what_ + ' ' + why); }

void Stream::readAll(std::span<char> block)
{
    if (read(block) != block.size()) refuse("ends too early");
}

void Stream::demandEnd()
{
    char more = 0;
    if (read({&more, 1}) != 0) refuse("has more bytes than the new file needs");
}

BzStream::BzStream(std::string what, Section section) : Stream(std::move(what)), section_(std::move(section))
{
    if (BZ2_bzDecompressInit(&state_, 0, 0) != BZ_OK) throw std::bad_alloc();
}

BzStream::~BzStream() { BZ2_bzDecompressEnd(&state_); }

std::size_t BzStream::read(std::span<char> block)
{
    std::size_t filled = 0;
    while (filled < block.size() && !ended_) {
        if (state_.avail_in == 0) {
            const auto bytes = section_.next();
            if (bytes.empty()) refuse("is cut short");
            state_.next_in = const_cast<char*>(bytes.data()); // It only reads there.
            state_.avail_in = static_cast<unsigned>(bytes.size());
        }
        state_.next_out = block.data() + filled;
        state_.avail_out = static_cast<unsigned>(block.size() - filled);
        const int result = BZ2_bzDecompress(&state_);
        filled = block.size() - state_.avail_out;
        if (result == BZ_MEM_ERROR) throw std::bad_alloc();
        if (result != BZ_OK && result != BZ_STREAM_END) refuse("is no sound bzip2 stream");
        ended_ = result == BZ_STREAM_END;
    }
    if (ended_ && (state_.avail_in > 0 || section_.leftBytes() > 0)) refuse("has bytes after its end");
    return filled;
}

} // namespace baton::delta
