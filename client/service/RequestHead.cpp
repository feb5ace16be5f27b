#include "client/service/RequestHead.h"

#include "client/core/Text.h"

#include <algorithm>
#include <array>
#include <string>

namespace baton::service {
namespace {

constexpr HeadRefusal BadRequest{400};
constexpr HeadRefusal TooLong{431};
constexpr HeadRefusal NotImplemented{501};
constexpr HeadRefusal VersionNotSupported{505};

using Refused = std::optional<HeadRefusal>;

bool isToken(std::string_view text)
{
    static constexpr std::string_view Marks = "!#$%&'*+-.^_`|~";
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               Marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

// A blank, a CR, a NUL or another control character within a line is how one request is made to look like two.
bool isPlain(std::string_view text, bool blanks)
{
    return std::all_of(text.begin(), text.end(),
                       [blanks](unsigned char c) { return c > 0x20 ? c != 0x7f : blanks && (c == ' ' || c == '\t'); });
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

bool equalsIgnoringCase(std::string_view text, std::string_view lower)
{
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), same);
}

// The fields that say where the request ends, and what was seen of them.
struct Reading {
    RequestHead head;
    bool isHttp10 = false;
    bool saidClose = false;
    bool saidKeepAlive = false;
    bool saidUpgrade = false;
    int lengths = 0;
    int encodings = 0;
    int hosts = 0;
    int upgrades = 0;
};

Refused readRequestLine(Reading& reading, std::string_view line)
{
    const auto parts = split(line, ' ');
    if (parts.size() != 3 || !isToken(parts[0]) || parts[1].empty() || !isPlain(parts[1], false)) return BadRequest;
    const auto version = parts[2];
    reading.isHttp10 = version == "HTTP/1.0";
    if (reading.isHttp10 || version == "HTTP/1.1") return std::nullopt;
    return version.starts_with("HTTP/") ? VersionNotSupported : BadRequest;
}

Refused readLength(Reading& reading, std::string_view value)
{
    const auto digits = std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto significant = value.substr(std::min(value.find_first_not_of('0'), value.size() - !value.empty()));
    const auto length = parseNumber(significant);
    if (!digits || !length || ++reading.lengths > 1) return BadRequest;
    reading.head.bodyBytes = static_cast<std::uint64_t>(*length);
    return std::nullopt;
}

Refused readEncoding(Reading& reading, std::string_view value)
{
    if (++reading.encodings > 1) return BadRequest;
    return equalsIgnoringCase(value, "chunked") ? Refused() : NotImplemented;
}

Refused readConnection(Reading& reading, std::string_view value)
{
    for (const auto part : split(value, ',')) {
        const auto token = trimmed(part);
        reading.saidClose |= equalsIgnoringCase(token, "close");
        reading.saidKeepAlive |= equalsIgnoringCase(token, "keep-alive");
        reading.saidUpgrade |= equalsIgnoringCase(token, "upgrade");
    }
    return std::nullopt;
}

Refused readHost(Reading& reading, std::string_view)
{
    return ++reading.hosts > 1 ? Refused(BadRequest) : std::nullopt;
}

Refused readUpgrade(Reading& reading, std::string_view)
{
    ++reading.upgrades;
    return std::nullopt;
}

struct Field {
    std::string_view name;
    Refused (*read)(Reading&, std::string_view);
};

constexpr std::array Fields{Field{"content-length", readLength}, Field{"transfer-encoding", readEncoding},
                            Field{"connection", readConnection}, Field{"host", readHost},
                            Field{"upgrade", readUpgrade}};

Refused readField(Reading& reading, std::string_view line)
{
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return BadRequest;
    const auto name = line.substr(0, colon); // A folded line begins with a blank, which no token has.
    const auto value = line.substr(colon + 1);
    if (!isToken(name) || !isPlain(value, true)) return BadRequest;
    for (const auto& field : Fields)
        if (equalsIgnoringCase(name, field.name)) return field.read(reading, trimmed(value));
    return std::nullopt;
}

Refused conclude(Reading& reading)
{
    auto& head = reading.head;
    if (reading.encodings > 0 && (reading.lengths > 0 || reading.isHttp10)) return BadRequest;
    if (reading.encodings > 0)
        head.body = BodyFraming::Chunked;
    else if (head.bodyBytes > 0)
        head.body = BodyFraming::Length;
    head.keepAlive = !reading.saidClose && (!reading.isHttp10 || reading.saidKeepAlive);
    head.upgrade = reading.saidUpgrade && reading.upgrades > 0 && head.body == BodyFraming::None;
    return std::nullopt;
}

std::variant<RequestHead, HeadRefusal> readHead(std::string_view text)
{
    Reading reading;
    reading.head.sizeBytes = text.size();
    text.remove_suffix(4);
    bool first = true;
    while (!text.empty()) {
        const auto end = std::min(text.find("\r\n"), text.size());
        const auto line = text.substr(0, end);
        if (const auto refused = first ? readRequestLine(reading, line) : readField(reading, line)) return *refused;
        first = false;
        text.remove_prefix(std::min(end + 2, text.size()));
    }
    if (first) return BadRequest;
    if (const auto refused = conclude(reading)) return *refused;
    return reading.head;
}

} // namespace

std::optional<std::variant<RequestHead, HeadRefusal>> HeadFinder::find(std::string_view text)
{
    for (auto at = text.find('\n', scanned_); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        if (at >= longest_) return TooLong;
        if (at == 0 || text[at - 1] != '\r') return BadRequest;
        if (at >= 3 && text[at - 2] == '\n') return readHead(text.substr(0, at + 1));
        scanned_ = at + 1;
    }
    if (text.size() >= longest_) return TooLong;
    return std::nullopt;
}

} // namespace baton::service
