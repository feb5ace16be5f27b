// Finds the end of a chunked body in the bytes as they come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace baton::service {

/// Strict: a chunk's size has at most eight hex digits, lines end with CR LF, and what frames one chunk (extensions),
/// or ends the body (trailers), is bounded. [RFC 9112, 7.1]
class ChunkScanner {
public:
    /// How many of these bytes belong to the body, with its framing; all of them unless it ends in between.
    std::size_t take(std::string_view bytes);

    bool done() const { return state_ == State::Done; }
    bool malformed() const { return state_ == State::Malformed; }
    std::uint64_t dataBytes() const { return dataBytes_; } ///< taken, without the framing

private:
    enum class State {
        Size,
        Extension,
        SizeLf,
        Data,
        DataCr,
        DataLf,
        TrailerStart,
        Trailer,
        TrailerLf,
        LastLf,
        Done,
        Malformed
    };

    State next(char c);
    State afterDigit(char c);

    State state_ = State::Size;
    std::uint64_t left_ = 0; // of the chunk
    int digits_ = 0;
    std::size_t framing_ = 0; // bytes of extensions or trailers since the last data
    std::uint64_t dataBytes_ = 0;
};

} // namespace baton::service
