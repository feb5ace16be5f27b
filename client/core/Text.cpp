#include "client/core/Text.h"

#include <algorithm>
#include <charconv>

namespace baton {
namespace {

bool isAlphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Length of the well-formed UTF-8 sequence that `text` begins with; 0 if it begins with none.
std::size_t utf8Length(std::string_view text)
{
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    // The second byte rules out overlong forms, surrogates and what lies above U+10FFFF.
    if ((lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F)) return 0;
    if ((lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F)) return 0;
    return length;
}

} // namespace

std::string escaped(std::string_view text, std::size_t longest)
{
    static constexpr std::string_view Digits = "0123456789abcdef";
    std::string line;
    while (!text.empty()) {
        if (line.size() >= longest) return line + "...";
        const auto length = utf8Length(text);
        const auto first = static_cast<unsigned char>(text.front());
        // U+0080-U+009F are control characters too, for a terminal.
        const bool control = first < 0x20 || first == 0x7F || (first == 0xC2 && length == 2 && (text[1] & 0x60) == 0);
        if (length == 0 || control || first == '\\') {
            line += "\\x";
            line += Digits[first >> 4U];
            line += Digits[first & 0xFU];
            text.remove_prefix(1);
        } else {
            line += text.substr(0, length);
            text.remove_prefix(length);
        }
    }
    return line;
}

bool isPlainName(std::string_view text)
{
    static constexpr std::string_view Marks = "._+~-";
    const auto allowed = [](char c) { return isAlphanumeric(c) || Marks.find(c) != std::string_view::npos; };
    return !text.empty() && text.size() <= 128 && text.front() != '.' && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), allowed);
}

bool isVersionText(std::string_view text)
{
    static constexpr std::string_view Marks = ".+_~-";
    const auto allowed = [](char c) { return isAlphanumeric(c) || Marks.find(c) != std::string_view::npos; };
    return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), allowed);
}

bool isSha256Hex(std::string_view text)
{
    const auto allowed = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    return text.size() == 64 && std::all_of(text.begin(), text.end(), allowed);
}

bool isDescriptorName(std::string_view text)
{
    constexpr std::size_t Longest = 255;
    return !text.empty() && text.size() <= Longest &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7f && c != ':'; });
}

bool isUtf8(std::string_view text)
{
    while (!text.empty()) {
        const auto length = utf8Length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

bool hasControls(std::string_view text)
{
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next >= 0x80 && next < 0xA0)) return true;
    }
    return false;
}

std::optional<std::int64_t> parseNumber(std::string_view text)
{
    if (text.empty() || text.front() == '-' || (text.front() == '0' && text.size() > 1)) return std::nullopt;
    std::int64_t number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || rest != end) return std::nullopt;
    return number;
}

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> parts;
    for (auto at = text.find(separator); at != std::string_view::npos; at = text.find(separator)) {
        parts.push_back(text.substr(0, at));
        text.remove_prefix(at + 1);
    }
    parts.push_back(text);
    return parts;
}

} // namespace baton
