// The body of an answer, piece by piece, to its true end or to the reason why there is none.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Result.h"
#include "client/transport/ChunkDecoder.h"
#include "client/transport/Stream.h"
#include "client/transport/Transport.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace baton::transport {

class Body {
public:
    Body(Stream& stream, const HttpHead& head);

    /// The next bytes; empty: that was all of it. Failures: code::Transfer when it was cut short, AnswerInvalid when
    /// its chunks cannot be read. A body that announces no end, of a plain connection, cannot be seen to be cut.
    Result<std::string_view> next();

    /// How long it will be; nothing when it does not say so beforehand.
    std::optional<std::int64_t> announced() const
    {
        return framing_ == Framing::Length ? std::optional(length_) : std::nullopt;
    }

private:
    enum class Framing { Length, Chunked, Open };

    Result<std::string_view> nextOfLength();
    Result<std::string_view> nextOfChunks();
    std::string_view taken(std::string_view bytes);

    Stream& stream_;
    Framing framing_;
    std::int64_t length_; ///< where framing_ is Length
    std::int64_t came_ = 0;
    ChunkDecoder chunks_;
};

} // namespace baton::transport
