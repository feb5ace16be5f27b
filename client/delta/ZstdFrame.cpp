#include "client/delta/ZstdFrame.h"

#include "client/delta/Algorithm.h"

namespace baton::delta {
namespace {

// Little endian; takes the bytes away from the front.
std::optional<std::uint64_t> take(std::string_view& bytes, std::size_t count)
{
    if (bytes.size() < count) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < count; ++i)
        number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    bytes.remove_prefix(count);
    return number;
}

// An exponent and an eighth of it, up to seven times.
std::uint64_t windowOf(std::uint64_t descriptor)
{
    const auto base = std::uint64_t{1} << (10 + (descriptor >> 3U));
    return base + base / 8 * (descriptor & 7U);
}

constexpr std::size_t DictionaryBytes[] = {0, 1, 2, 4};
constexpr std::size_t ContentBytes[] = {0, 2, 4, 8};
constexpr std::uint64_t TwoBytesBegin = 256; // What two bytes say begins behind what one can.

} // namespace

std::optional<ZstdFrame> readZstdFrame(std::string_view bytes)
{
    if (!bytes.starts_with(ZstdMagic)) return std::nullopt;
    bytes.remove_prefix(ZstdMagic.size());
    const auto descriptor = take(bytes, 1);
    if (!descriptor || (*descriptor & 8U) != 0) return std::nullopt; // The reserved bit.
    const bool isSingleSegment = (*descriptor & 0x20U) != 0;
    const auto window = take(bytes, isSingleSegment ? 0 : 1);
    const auto dictionary = take(bytes, DictionaryBytes[*descriptor & 3U]);
    const auto sizeFlag = *descriptor >> 6U;
    const auto contentBytes = sizeFlag == 0 && isSingleSegment ? 1 : ContentBytes[sizeFlag];
    const auto content = take(bytes, contentBytes);
    if (!window || !dictionary || !content) return std::nullopt;
    ZstdFrame frame;
    frame.dictionary = static_cast<std::uint32_t>(*dictionary);
    if (contentBytes > 0) frame.contentBytes = *content + (contentBytes == 2 ? TwoBytesBegin : 0);
    frame.windowBytes = isSingleSegment ? *frame.contentBytes : windowOf(*window);
    return frame;
}

} // namespace baton::delta
