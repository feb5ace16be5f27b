#include "client/verify/Base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace baton::verify {
namespace {

constexpr std::string_view Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t LettersAQuad = 4;
constexpr std::size_t BytesAQuad = 3;

std::uint32_t byteAt(std::string_view bytes, std::size_t at)
{
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
}

// 64 for what is no letter.
std::uint32_t valueOf(char letter)
{
    if (letter == '-') letter = '+';
    if (letter == '_') letter = '/';
    return static_cast<std::uint32_t>(std::min(Letters.find(letter), Letters.size()));
}

bool mixesAlphabets(std::string_view text)
{
    return text.find_first_of("+/") != std::string_view::npos && text.find_first_of("-_") != std::string_view::npos;
}

} // namespace

std::string toBase64(std::string_view bytes)
{
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += BytesAQuad) {
        const auto group = byteAt(bytes, i) << 16U | byteAt(bytes, i + 1) << 8U | byteAt(bytes, i + 2);
        text += Letters[group >> 18U];
        text += Letters[group >> 12U & 63U];
        text += i + 1 < bytes.size() ? Letters[group >> 6U & 63U] : '=';
        text += i + 2 < bytes.size() ? Letters[group & 63U] : '=';
    }
    return text;
}

std::optional<std::string> fromBase64(std::string_view text)
{
    if (text.size() % LettersAQuad != 0 || mixesAlphabets(text)) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string bytes;
    bytes.reserve(text.size() / LettersAQuad * BytesAQuad + 2);
    std::uint32_t group = 0;
    unsigned bits = 0;
    for (const char letter : text) {
        const auto value = valueOf(letter);
        if (value >= Letters.size()) return std::nullopt;
        group = group << 6U | value;
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(group >> bits & 0xFFU);
    }
    if ((group & ((1U << bits) - 1U)) != 0) return std::nullopt; // Bits that mean nothing: a second spelling.
    return bytes;
}

std::string toHex(std::string_view bytes)
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += Digits[byte >> 4U];
        hex += Digits[byte & 0xFU];
    }
    return hex;
}

} // namespace baton::verify
