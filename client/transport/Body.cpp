#include "client/transport/Body.h"

#include <algorithm>
#include <string>

namespace baton::transport {
namespace {

bool hasNoBody(int status) { return status == 204 || status == 304 || status < 200; }

Failure cutShort(const std::string& after)
{
    return Failure{Category::Download, code::Transfer, "the connection ended after " + after};
}

} // namespace

Body::Body(Stream& stream, const HttpHead& head)
    : stream_(stream),
      framing_(!head.header("Transfer-Encoding").empty() ? Framing::Chunked
               : head.length                             ? Framing::Length
                                                         : Framing::Open),
      length_(head.length.value_or(0))
{
    if (!hasNoBody(head.status)) return;
    framing_ = Framing::Length; // Whatever else the head says of it.
    length_ = 0;
}

Result<std::string_view> Body::next()
{
    switch (framing_) {
    case Framing::Length: return nextOfLength();
    case Framing::Chunked: return nextOfChunks();
    case Framing::Open: break;
    }
    return taken(stream_.coming());
}

Result<std::string_view> Body::nextOfLength()
{
    if (came_ == length_) return std::string_view();
    const auto coming = stream_.coming();
    if (coming.empty()) return cutShort(std::to_string(came_) + " of " + std::to_string(length_) + " bytes");
    const auto wanted = static_cast<std::size_t>(length_ - came_);
    return taken(coming.substr(0, std::min(coming.size(), wanted)));
}

Result<std::string_view> Body::nextOfChunks()
{
    while (!chunks_.isOver()) {
        auto coming = stream_.coming();
        if (coming.empty()) return cutShort(std::to_string(came_) + " bytes, before the last chunk");
        const auto there = coming.size();
        auto piece = chunks_.take(coming);
        stream_.take(there - coming.size());
        if (!piece) return piece.error();
        came_ += static_cast<std::int64_t>(piece->size());
        if (!piece->empty()) return *piece;
    }
    return std::string_view();
}

// The bytes stay where they are until the next coming().
std::string_view Body::taken(std::string_view bytes)
{
    stream_.take(bytes.size());
    came_ += static_cast<std::int64_t>(bytes.size());
    return bytes;
}

} // namespace baton::transport
