#include "client/control/Words.h"

#include "client/core/Text.h"

#include <array>
#include <limits>

namespace baton::control {
namespace {

constexpr std::int64_t LastSecond = 253'402'300'799; // of the year 9999, the last that RFC 3339 can write

constexpr std::array<std::string_view, 3> BellWords{"check", "ask", "changed"};

using Kind = AgentNews::Kind;

// Which fields follow each word, in order: v version, w word, b bytes, s size, t time, h sha256,
// e events, l lost, c code, d detail (the rest of the line).
struct Form {
    Kind kind;
    std::string_view word;
    std::string_view fields;
};

constexpr std::array Forms{Form{Kind::Downloaded, "downloaded", "v"},
                           Form{Kind::Progress, "progress", "vwbs"},
                           Form{Kind::Idle, "idle", ""},
                           Form{Kind::Waits, "waits", "td"},
                           Form{Kind::Offered, "offered", "vd"},
                           Form{Kind::Checked, "checked", "twd"},
                           Form{Kind::Next, "next", "td"},
                           Form{Kind::Untold, "untold", "el"},
                           Form{Kind::Failed, "failed", "vhcd"}};

bool isWord(std::string_view text)
{
    return !text.empty() && text.size() <= 32 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == text.npos;
}

std::string fieldOf(const AgentNews& news, char field)
{
    switch (field) {
    case 'v': return news.version;
    case 'w': return news.word;
    case 'b': return std::to_string(news.bytes);
    case 's': return std::to_string(news.size);
    case 't': return std::to_string(news.time);
    case 'h': return news.sha256;
    case 'e': return std::to_string(news.events);
    case 'l': return std::to_string(news.lost);
    case 'c': return std::to_string(news.code);
    default: return news.detail;
    }
}

bool take(std::int64_t& number, std::string_view text)
{
    const auto parsed = parseNumber(text);
    if (parsed) number = *parsed;
    return parsed.has_value();
}

bool takeTime(std::int64_t& time, std::string_view text) { return take(time, text) && time <= LastSecond; }

bool takeCode(int& code, std::string_view text)
{
    const auto parsed = parseNumber(text);
    if (!parsed || *parsed < 1 || *parsed > std::numeric_limits<int>::max()) return false;
    code = static_cast<int>(*parsed);
    return true;
}

bool takeField(AgentNews& news, char field, std::string_view text)
{
    switch (field) {
    case 'v': news.version = text; return isVersionText(text);
    case 'w': news.word = text; return isWord(text);
    case 'b': return take(news.bytes, text);
    case 's': return take(news.size, text);
    case 't': return takeTime(news.time, text);
    case 'h': news.sha256 = text; return isSha256Hex(text);
    case 'e': return take(news.events, text);
    case 'l': return take(news.lost, text);
    case 'c': return takeCode(news.code, text);
    default: news.detail = escaped(text); return true;
    }
}

} // namespace

std::string print(AgentBell bell) { return std::string(BellWords.at(static_cast<std::size_t>(bell))); }

std::optional<AgentBell> parseBell(std::string_view text)
{
    for (std::size_t i = 0; i < BellWords.size(); ++i)
        if (BellWords[i] == text) return static_cast<AgentBell>(i);
    return std::nullopt;
}

std::string print(const AgentNews& news)
{
    for (const auto& form : Forms) {
        if (form.kind != news.kind) continue;
        std::string text(form.word);
        for (const char field : form.fields) text += ' ' + fieldOf(news, field);
        return text.substr(0, LongestMessage);
    }
    return {};
}

std::optional<AgentNews> parseNews(std::string_view text)
{
    if (text.size() > LongestMessage) return std::nullopt;
    const auto word = text.substr(0, text.find(' '));
    for (const auto& form : Forms) {
        if (form.word != word) continue;
        text.remove_prefix(word.size());
        AgentNews news;
        news.kind = form.kind;
        for (const char field : form.fields) {
            if (!text.starts_with(' ')) return std::nullopt;
            text.remove_prefix(1);
            const auto part = field == 'd' ? text : text.substr(0, text.find(' '));
            if (!takeField(news, field, part)) return std::nullopt;
            text.remove_prefix(part.size());
        }
        return text.empty() ? std::optional(news) : std::nullopt;
    }
    return std::nullopt;
}

} // namespace baton::control
