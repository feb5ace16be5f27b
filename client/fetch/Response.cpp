#include "client/fetch/Response.h"

#include "client/core/Text.h"

#include <algorithm>

namespace baton::fetch {
namespace {

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

std::string validatorOf(const transport::HttpHead& head)
{
    const auto tag = head.header("ETag");
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"' && fitsAHeader(tag)) return std::string(tag);
    const auto date = head.header("Last-Modified");
    return fitsAHeader(date) ? std::string(date) : std::string();
}

} // namespace baton::fetch
