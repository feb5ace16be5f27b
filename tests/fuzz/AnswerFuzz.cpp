// The bytes of a server's answer: a head that is taken prints as one again, and chunks decode to the same body however
// they are cut.
#include "client/transport/ChunkDecoder.h"
#include "client/transport/Framing.h"
#include "client/transport/Head.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace baton::transport;

void readHeadOf(std::string_view text)
{
    const auto head = parseHead(text);
    if (!head) return;
    std::string again = "HTTP/1.1 " + std::to_string(head->status) + "\r\n";
    for (const auto& [name, value] : head->headers) again += name + ": " + value + "\r\n";
    const auto same = parseHead(again + "\r\n");
    if (!same || same->headers != head->headers) std::abort();
    const auto meant = readHead(head->status, head->headers);
    if (meant && meant->length && *meant->length < 0) std::abort();
}

std::optional<std::string> decoded(std::string_view text, std::size_t step)
{
    ChunkDecoder decoder;
    std::string body;
    while (!text.empty() && !decoder.isOver()) {
        auto bytes = text.substr(0, step);
        const auto fed = bytes.size();
        const auto piece = decoder.take(bytes);
        if (!piece) return std::nullopt;
        body += *piece;
        text.remove_prefix(fed - bytes.size());
    }
    return decoder.isOver() ? std::optional(body) : std::nullopt;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    readHeadOf(text);
    if (decoded(text, 1) != decoded(text, 4096)) std::abort();
    return 0;
}
