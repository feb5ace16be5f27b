#include "client/transport/Framing.h"

#include "client/core/Text.h"

#include <algorithm>
#include <cctype>

namespace baton::transport {
namespace {

constexpr std::string_view TokenMarks = "!#$%&'*+-.^_`|~";

bool isToken(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return (c < 0x80 && std::isalnum(c) != 0) || TokenMarks.find(static_cast<char>(c)) != std::string_view::npos;
    });
}

std::size_t count(const Headers& headers, std::string_view name)
{
    return static_cast<std::size_t>(std::count_if(headers.begin(), headers.end(),
                                                  [&](const auto& header) { return isSameWord(header.first, name); }));
}

Failure refuse(const std::string& why) { return Failure{Category::Download, code::AnswerInvalid, why}; }

} // namespace

std::string_view headerOf(const Headers& headers, std::string_view name)
{
    for (const auto& [key, value] : headers)
        if (isSameWord(key, name)) return value;
    return {};
}

Result<HttpHead> readHead(int status, Headers headers)
{
    HttpHead head{status, std::move(headers), std::nullopt};
    for (const auto& header : head.headers)
        if (!isToken(header.first)) return refuse("the answer's header \"" + escaped(header.first) + "\" has no name");
    const auto lengths = count(head.headers, "Content-Length");
    if (lengths > 1) return refuse("the answer says its length twice");
    if (lengths == 1 && count(head.headers, "Transfer-Encoding") > 0)
        return refuse("the answer has both Content-Length and Transfer-Encoding");
    const auto transfer = count(head.headers, "Transfer-Encoding");
    if (transfer > 1 || (transfer == 1 && !isSameWord(head.header("Transfer-Encoding"), "chunked")))
        return refuse("the answer comes as " + escaped(head.header("Transfer-Encoding")) + ", which cannot be read");
    const auto encoding = head.header("Content-Encoding");
    if (!encoding.empty() && !isSameWord(encoding, "identity"))
        return refuse("the answer is encoded as " + escaped(encoding) + ", which was not asked for");
    if (lengths == 0) return head;
    head.length = parseNumber(head.header("Content-Length"));
    if (!head.length) return refuse("the answer's length is no number: " + escaped(head.header("Content-Length")));
    return head;
}

Result<Done> checkOutgoing(const Headers& headers)
{
    for (const auto& [name, value] : headers) {
        const bool printable = std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
        if (isToken(name) && printable) continue;
        return refuse("the header " + escaped(name) + " cannot be sent: it holds what would end its line");
    }
    return Done{};
}

} // namespace baton::transport
