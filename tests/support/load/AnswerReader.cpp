#include "tests/support/load/AnswerReader.h"

#include "client/core/Text.h"

#include <algorithm>
#include <charconv>

namespace baton::load {
namespace {

constexpr std::size_t Longest = 1 << 20;

std::string lower(std::string_view text)
{
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    return result;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

} // namespace

Step AnswerReader::take(std::string_view bytes)
{
    text_ += bytes;
    if (text_.size() > Longest) return Step::Malformed;
    if (framing_ == Framing::Unknown) {
        const auto end = text_.find("\r\n\r\n");
        if (end == std::string::npos) return Step::More;
        bodyAt_ = end + 4;
        if (!readHead(std::string_view(text_).substr(0, end))) return Step::Malformed;
    }
    if (framing_ == Framing::Chunked) return readChunks();
    if (framing_ == Framing::UntilClose) return Step::More;
    const auto have = text_.size() - bodyAt_;
    if (have > length_) return Step::Malformed; // Nobody asked for a second answer.
    return have == length_ ? Step::Complete : Step::More;
}

Step AnswerReader::end() const { return framing_ == Framing::UntilClose ? Step::Complete : Step::Malformed; }

std::string AnswerReader::firstWord() const
{
    const auto body =
        framing_ == Framing::Chunked ? std::string_view(chunked_) : std::string_view(text_).substr(bodyAt_);
    return std::string(body.substr(0, std::min(body.find_first_of(" \r\n\t"), body.size())));
}

bool AnswerReader::readHead(std::string_view head)
{
    const auto lineEnd = std::min(head.find("\r\n"), head.size());
    const auto line = head.substr(0, lineEnd);
    if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ') return false;
    const auto number = parseNumber(line.substr(9, 3));
    if (!number) return false;
    status_ = static_cast<int>(*number);
    keepsAlive_ = line[7] == '1';
    framing_ = Framing::UntilClose;
    head.remove_prefix(std::min(lineEnd + 2, head.size()));
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto field = head.substr(0, end);
        const auto colon = field.find(':');
        if (colon == std::string_view::npos) return false;
        if (!readField(lower(field.substr(0, colon)), trimmed(field.substr(colon + 1)))) return false;
        head.remove_prefix(std::min(end + 2, head.size()));
    }
    if (framing_ == Framing::UntilClose) keepsAlive_ = false;
    return true;
}

bool AnswerReader::readField(std::string_view name, std::string_view value)
{
    if (name == "connection") keepsAlive_ = lower(value) == "keep-alive";
    if (name == "transfer-encoding") framing_ = Framing::Chunked;
    if (name == "content-length" && framing_ != Framing::Chunked) {
        const auto length = parseNumber(value);
        if (!length) return false;
        length_ = static_cast<std::size_t>(*length);
        framing_ = Framing::Length;
    }
    return true;
}

// From the body's start each time: these bodies are short.
Step AnswerReader::readChunks()
{
    chunked_.clear();
    auto rest = std::string_view(text_).substr(bodyAt_);
    for (;;) {
        const auto lineEnd = rest.find("\r\n");
        if (lineEnd == std::string_view::npos) return Step::More;
        std::size_t size = 0;
        const auto* last = rest.data() + lineEnd;
        const auto [at, error] = std::from_chars(rest.data(), last, size, 16);
        if (error != std::errc{} || size > Longest || (at != last && *at != ';')) return Step::Malformed;
        rest.remove_prefix(lineEnd + 2);
        if (rest.size() < size + 2) return Step::More;
        if (rest.substr(size, 2) != "\r\n") return Step::Malformed; // The last chunk too: trailers are not read.
        chunked_ += rest.substr(0, size);
        rest.remove_prefix(size + 2);
        if (size == 0) return rest.empty() ? Step::Complete : Step::Malformed;
    }
}

} // namespace baton::load
