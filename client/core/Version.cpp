#include "client/core/Version.h"

#include <algorithm>
#include <charconv>

namespace baton {
namespace {

constexpr std::size_t LongestVersion = 255;
constexpr std::string_view Digits = "0123456789";
constexpr std::string_view IdentifierCharacters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

std::vector<std::string_view> split(std::string_view text)
{
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find('.');
        parts.push_back(text.substr(0, end));
        if (end == text.npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool areIdentifiers(const std::vector<std::string_view>& parts)
{
    return std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
        return !part.empty() && part.find_first_not_of(IdentifierCharacters) == part.npos;
    });
}

bool takeNumber(std::uint32_t& number, std::string_view text)
{
    if (text.empty() || text.find_first_not_of(Digits) != text.npos) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool isNumeric(const std::string& text) { return text.find_first_not_of(Digits) == std::string::npos; }

// Numbers by value whatever their length, numbers below words.
std::strong_ordering compareIdentifiers(const std::string& a, const std::string& b)
{
    if (isNumeric(a) != isNumeric(b)) return isNumeric(a) ? std::strong_ordering::less : std::strong_ordering::greater;
    if (!isNumeric(a)) return a <=> b;
    const auto bare = [](const std::string& text) {
        return text.substr(std::min(text.find_first_not_of('0'), text.size()));
    };
    const auto x = bare(a);
    const auto y = bare(b);
    return x.size() != y.size() ? x.size() <=> y.size() : x <=> y;
}

} // namespace

std::optional<Version> Version::parse(std::string_view text)
{
    if (text.size() > LongestVersion) return std::nullopt;
    if (const auto plus = text.find('+'); plus != text.npos) {
        if (!areIdentifiers(split(text.substr(plus + 1)))) return std::nullopt;
        text = text.substr(0, plus);
    }
    Version version;
    if (const auto dash = text.find('-'); dash != text.npos) {
        const auto identifiers = split(text.substr(dash + 1));
        if (!areIdentifiers(identifiers)) return std::nullopt;
        version.preRelease_.assign(identifiers.begin(), identifiers.end());
        text = text.substr(0, dash);
    }
    const auto numbers = split(text);
    if (numbers.size() > version.parts_.size()) return std::nullopt;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        if (!takeNumber(version.parts_.at(i), numbers[i])) return std::nullopt;
    return version;
}

std::strong_ordering operator<=>(const Version& a, const Version& b)
{
    if (const auto order = a.parts_ <=> b.parts_; order != 0) return order;
    if (a.preRelease_.empty() != b.preRelease_.empty())
        return a.preRelease_.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
    const auto common = std::min(a.preRelease_.size(), b.preRelease_.size());
    for (std::size_t i = 0; i < common; ++i)
        if (const auto order = compareIdentifiers(a.preRelease_[i], b.preRelease_[i]); order != 0) return order;
    return a.preRelease_.size() <=> b.preRelease_.size();
}

bool isNewer(const std::string& offered, const std::string& running)
{
    const auto next = Version::parse(offered);
    if (!next || running.empty()) return next.has_value();
    const auto present = Version::parse(running);
    return present && *next > *present;
}

} // namespace baton
