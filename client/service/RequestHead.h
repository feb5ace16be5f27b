// Where a request's head and body end, read strictly: what is unclear is refused, since the next request begins there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace baton::service {

enum class BodyFraming { None, Length, Chunked };

/// What the server must know of a request before a worker takes it. The rest is Poco's to read.
struct RequestHead {
    std::size_t sizeBytes = 0; ///< with the empty line
    BodyFraming body = BodyFraming::None;
    std::uint64_t bodyBytes = 0; ///< Length
    bool keepAlive = false;      ///< whether the client allows another request after this one
    bool upgrade = false;        ///< asks for another protocol: what follows may be no HTTP

    friend bool operator==(const RequestHead&, const RequestHead&) = default;
};

/// The status that such a request is refused with: 400, 431, 501 or 505.
struct HeadRefusal {
    int status = 400;

    friend bool operator==(const HeadRefusal&, const HeadRefusal&) = default;
};

/// Finds the first head in bytes that come one after the other.
class HeadFinder {
public:
    explicit HeadFinder(std::size_t longest) : longest_(longest) {}

    /// Nothing while the head is not whole. `text` is what has come since the last reset(), and only ever grows.
    /// Lines end with CR LF. [RFC 9112, 2.2, 6]
    std::optional<std::variant<RequestHead, HeadRefusal>> find(std::string_view text);

    void reset() { scanned_ = 0; }

private:
    std::size_t longest_;
    std::size_t scanned_ = 0;
};

} // namespace baton::service
