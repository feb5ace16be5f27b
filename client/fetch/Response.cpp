#include "client/fetch/Response.h"

#include "client/core/Text.h"

#include <Poco/DateTime.h>
#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/DateTimeParser.h>

#include <algorithm>
#include <optional>

namespace baton::fetch {
namespace {

constexpr std::int64_t DateIsStrongAfter = 60;

Failure transferFailure(std::string detail) { return Failure{Category::Download, code::Transfer, std::move(detail)}; }

Failure wrongSize(std::int64_t length, std::int64_t expected)
{
    return Failure{Category::Download, code::SizeMismatch,
                   "the server has " + std::to_string(length) + " bytes, " + std::to_string(expected) +
                       " were offered"};
}

Failure unexpectedStatus(const transport::HttpHead& head)
{
    return transferFailure("the server answers " + std::to_string(head.status));
}

// "bytes 5-9/10"
bool isRange(std::string_view text, std::int64_t begin, std::int64_t size)
{
    return text == "bytes " + std::to_string(begin) + '-' + std::to_string(size - 1) + '/' + std::to_string(size);
}

bool fitsAHeader(std::string_view text)
{
    return text.size() <= 200 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

// A quote within makes two tags of one.
bool isStrong(std::string_view tag)
{
    return tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' && tag.find('"', 1) == tag.size() - 1;
}

// In seconds; only of a date that reads as HTTP writes it.  [RFC 9110, 5.6.7]
std::optional<std::int64_t> timeOf(std::string_view text)
{
    const std::string format = Poco::DateTimeFormat::HTTP_FORMAT;
    Poco::DateTime time;
    int zone = 0;
    if (!fitsAHeader(text) || !Poco::DateTimeParser::tryParse(format, std::string(text), time, zone))
        return std::nullopt;
    if (Poco::DateTimeFormatter::format(time, format) != text) return std::nullopt; // The parser takes almost anything.
    return time.timestamp().epochTime();
}

} // namespace

Result<Meaning> judge(const transport::HttpHead& head, std::int64_t have, std::int64_t sizeBytes)
{
    if (head.status == 416 && have > 0) return Meaning::ThrowAway;
    if (head.status != 200 && (head.status != 206 || have == 0)) return unexpectedStatus(head);
    const auto begin = head.status == 206 ? have : 0;
    if (head.status == 206 && !isRange(head.header("Content-Range"), have, sizeBytes))
        return transferFailure("the server sends another range than was asked for: " +
                               escaped(head.header("Content-Range")));
    if (!head.length) return transferFailure("the server does not say how many bytes it sends");
    if (*head.length != sizeBytes - begin) return wrongSize(*head.length + begin, sizeBytes);
    return head.status == 206 ? Meaning::GoOn : Meaning::FromZero;
}

bool isPassing(int status)
{
    constexpr int RequestTimeout = 408;
    constexpr int TooManyRequests = 429;
    return status == RequestTimeout || status == TooManyRequests || status / 100 == 5;
}

std::string validatorOf(const transport::HttpHead& head)
{
    const auto tag = head.header("ETag");
    if (!tag.empty()) return isStrong(tag) && fitsAHeader(tag) ? std::string(tag) : std::string();
    const auto date = head.header("Last-Modified");
    const auto changed = timeOf(date);
    const auto said = timeOf(head.header("Date"));
    return changed && said && *said - *changed >= DateIsStrongAfter ? std::string(date) : std::string();
}

} // namespace baton::fetch
