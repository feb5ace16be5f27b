#include "client/transport/Head.h"

#include "client/core/Text.h"

#include <algorithm>
#include <optional>
#include <string>

namespace baton::transport {
namespace {

constexpr std::string_view Blanks = " \t";

Failure refuse(const std::string& why) { return Failure{Category::Download, code::AnswerInvalid, why}; }

std::string_view trimmed(std::string_view text)
{
    const auto begin = std::min(text.find_first_not_of(Blanks), text.size());
    text.remove_prefix(begin);
    return text.substr(0, text.find_last_not_of(Blanks) + 1);
}

// Cuts the next line off, without its end.
std::string_view cutLine(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

bool isClean(std::string_view line)
{
    return std::none_of(line.begin(), line.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
}

// "HTTP/1.1 200 OK"; the reason may be left out.
std::optional<int> statusOf(std::string_view line)
{
    if (!line.starts_with("HTTP/1.0 ") && !line.starts_with("HTTP/1.1 ")) return std::nullopt;
    line.remove_prefix(9);
    const auto status = parseNumber(line.substr(0, 3));
    if (!status || *status < 100 || *status > 599 || (line.size() > 3 && line[3] != ' ')) return std::nullopt;
    return static_cast<int>(*status);
}

// Moves what belongs to the head to `text`, up to its empty line. False: more has to come.
bool gather(std::string& text, Stream& stream, std::string_view coming)
{
    for (std::size_t i = 0; i < coming.size(); ++i) {
        text += coming[i];
        if (coming[i] != '\n' || !(text.ends_with("\n\n") || text.ends_with("\n\r\n"))) continue;
        stream.take(i + 1);
        return true;
    }
    stream.take(coming.size());
    return false;
}

Result<std::string> receiveText(Stream& stream, std::size_t longest)
{
    std::string text;
    for (;;) {
        const auto coming = stream.coming();
        if (coming.empty())
            return Failure{Category::Download, code::Transfer,
                           text.empty() ? "the connection ended without an answer"
                                        : "the connection ended in the middle of the answer's head"};
        const auto room = longest - text.size();
        if (gather(text, stream, coming.substr(0, room))) return text;
        if (coming.size() >= room)
            return refuse("the answer's head is longer than " + std::to_string(LongestHead) + " bytes");
    }
}

} // namespace

Result<HttpHead> parseHead(std::string_view text)
{
    const auto first = cutLine(text);
    const auto status = statusOf(first);
    if (!status) return refuse("the answer is no HTTP/1.1: it begins with \"" + escaped(first, 40) + '"');
    Headers headers;
    while (!text.empty()) {
        const auto line = cutLine(text);
        if (line.empty() && text.empty()) break;
        const auto colon = line.find(':');
        if (colon == line.npos || Blanks.find(line.front()) != Blanks.npos || !isClean(line))
            return refuse("the answer's head has a line that is no header: " + escaped(line, 80));
        if (headers.size() == MostHeaders)
            return refuse("the answer has more than " + std::to_string(MostHeaders) + " headers");
        headers.emplace_back(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }
    return HttpHead{*status, std::move(headers), std::nullopt};
}

Result<HttpHead> receiveHead(Stream& stream)
{
    std::size_t left = LongestHead;
    for (;;) {
        const auto text = receiveText(stream, left);
        if (!text) return text.error();
        left -= text->size();
        auto head = parseHead(*text);
        if (!head || head->status >= 200) return head;
        if (head->status == 101) return refuse("the answer changes to a protocol that nobody asked for");
    }
}

} // namespace baton::transport
