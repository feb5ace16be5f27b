// Finds the end of one HTTP answer in the bytes as they come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace baton::load {

enum class Step { More, Complete, Malformed };

/// Reads the answer to one GET: by Content-Length, chunked, or to the connection's end. At most 1 MiB.
class AnswerReader {
public:
    Step take(std::string_view bytes);

    /// The connection ended; Complete if that is what ends this answer.
    Step end() const;

    bool begun() const { return !text_.empty(); }
    int status() const { return status_; }
    bool keepsAlive() const { return keepsAlive_; } ///< whether the connection may be used again
    std::string firstWord() const;                  ///< of the body

private:
    enum class Framing { Unknown, Length, Chunked, UntilClose };

    bool readHead(std::string_view head);
    bool readField(std::string_view name, std::string_view value);
    Step readChunks();

    std::string text_;
    std::string chunked_; ///< the body without its framing
    std::size_t bodyAt_ = 0;
    std::size_t length_ = 0;
    int status_ = 0;
    bool keepsAlive_ = true;
    Framing framing_ = Framing::Unknown;
};

} // namespace baton::load
