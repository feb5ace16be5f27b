// The chunked coding of a body, taken off byte for byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::transport {

/// Holds no bytes: what it yields is part of what it was given.  [RFC 9112, 7.1]
class ChunkDecoder {
public:
    /// Takes from the front of `bytes`, all of them or up to the end of a piece of body, and yields that piece; empty
    /// when there was none. Extensions and trailers are read over, 8 KiB of them at most.
    Result<std::string_view> take(std::string_view& bytes);

    /// The last chunk and what follows it have come.
    bool isOver() const { return state_ == State::Over; }

private:
    enum class State { Size, Extension, Data, DataEnd, LineStart, Trailer, Over };

    Result<Done> step(char c);
    Result<Done> stepSize(char c);
    Result<Done> waste();

    State state_ = State::Size;
    std::int64_t left_ = 0; ///< of the chunk; while its size is read, what was read of that
    int digits_ = 0;
    std::size_t wasted_ = 0;
};

} // namespace baton::transport
