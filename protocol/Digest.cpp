#include "protocol/Digest.h"

#include <cstdint>

namespace baton::protocol {
namespace {

constexpr std::string_view HexDigits = "0123456789abcdef";
constexpr std::string_view Base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::optional<std::string> lowerHex(std::string_view text)
{
    std::string lower;
    for (char c : text) {
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
        if (HexDigits.find(c) == HexDigits.npos) return std::nullopt;
        lower += c;
    }
    return lower;
}

std::optional<std::string> hexOfBase64(std::string_view text)
{
    std::string hex;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : text) {
        const auto value = Base64Digits.find(c);
        if (value == Base64Digits.npos) return std::nullopt;
        bits = (bits << 6U | static_cast<std::uint32_t>(value)) & 0xFFFU;
        held += 6;
        while (held >= 4) {
            held -= 4;
            hex += HexDigits[bits >> held & 0xFU];
        }
    }
    return hex;
}

} // namespace

std::optional<std::string> readDigest(std::string_view text, std::size_t bytes)
{
    if (text.size() == 2 * bytes) return lowerHex(text);
    const auto padding = (3 - bytes % 3) % 3;
    const auto length = (bytes * 8 + 5) / 6;
    if (text.size() == length + padding && text.substr(length) == std::string(padding, '='))
        text = text.substr(0, length);
    if (text.size() != length) return std::nullopt;
    const auto hex = hexOfBase64(text);
    return hex && hex->size() == 2 * bytes ? hex : std::nullopt;
}

std::string toBase64(std::string_view hex)
{
    std::string text;
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : hex) {
        bits = (bits << 4U | static_cast<std::uint32_t>(HexDigits.find(c))) & 0xFFFU;
        held += 4;
        if (held < 6) continue;
        held -= 6;
        text += Base64Digits[bits >> held & 0x3FU];
    }
    if (held > 0) text += Base64Digits[bits << (6 - held) & 0x3FU];
    while (text.size() % 4 != 0) text += '=';
    return text;
}

} // namespace baton::protocol
