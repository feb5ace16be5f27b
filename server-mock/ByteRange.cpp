#include "server-mock/ByteRange.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace baton::mock {
namespace {

// A number that no file reaches is as good as the largest one.
std::optional<std::int64_t> digits(std::string_view text)
{
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() ? number : std::numeric_limits<std::int64_t>::max();
}

} // namespace

ByteRange rangeOf(std::string_view range, std::int64_t sizeBytes)
{
    static constexpr std::string_view Unit = "bytes=";
    const ByteRange whole{ByteRange::Kind::Whole, 0, sizeBytes};
    const ByteRange none{ByteRange::Kind::Unsatisfiable, 0, 0};
    if (!range.starts_with(Unit)) return whole;
    range.remove_prefix(Unit.size());
    const auto dash = range.find('-');
    if (dash == std::string_view::npos) return whole;
    const auto first = digits(range.substr(0, dash));
    const auto last = digits(range.substr(dash + 1));
    if (dash == 0) { // The last N bytes.
        if (!last) return whole;
        const auto count = std::min(*last, sizeBytes);
        return count == 0 ? none : ByteRange{ByteRange::Kind::Part, sizeBytes - count, count};
    }
    const bool isOpen = dash + 1 == range.size();
    if (!first || (!last && !isOpen) || (last && *last < *first)) return whole;
    if (*first >= sizeBytes) return none;
    const auto end = isOpen ? sizeBytes - 1 : std::min(*last, sizeBytes - 1);
    return {ByteRange::Kind::Part, *first, end - *first + 1};
}

} // namespace baton::mock
