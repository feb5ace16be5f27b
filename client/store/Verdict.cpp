#include "client/store/Verdict.h"

#include "client/core/Text.h"

#include <algorithm>
#include <array>

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 4> KindWords{"staged", "refused", "failed", "nothing"};
constexpr std::size_t LongestReason = 480;
constexpr int HighestCode = 9999;

bool isBad(VerdictKind kind) { return kind == VerdictKind::Refused || kind == VerdictKind::Failed; }

// The longest line holds a version of 255 bytes, a digest and such a reason.
bool isHarmless(std::string_view reason)
{
    return !reason.empty() && reason.size() <= LongestReason + 8 && isUtf8(reason) && !hasControls(reason);
}

std::optional<VerdictKind> kindOf(std::string_view word)
{
    for (std::size_t i = 0; i < KindWords.size(); ++i)
        if (KindWords.at(i) == word) return static_cast<VerdictKind>(i);
    return std::nullopt;
}

// The text up to the next blank, which is taken off too.
std::string_view takeWord(std::string_view& text)
{
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

bool takeKey(std::string_view& text, ReleaseKey& key, VerdictKind kind)
{
    const auto version = takeWord(text);
    const auto sha256 = takeWord(text);
    if (kind == VerdictKind::Failed && version == "-" && sha256 == "-") return true;
    if (!isVersionText(version) || !isSha256Hex(sha256)) return false;
    key = {std::string(version), std::string(sha256)};
    return true;
}

} // namespace

std::string print(const Verdict& verdict)
{
    std::string line(KindWords.at(static_cast<std::size_t>(verdict.kind)));
    if (verdict.kind == VerdictKind::Nothing) return line + '\n';
    line += ' ' + (verdict.key.version.empty() ? "-" : verdict.key.version);
    line += ' ' + (verdict.key.sha256.empty() ? "-" : verdict.key.sha256);
    if (isBad(verdict.kind)) {
        line += ' ' + std::to_string(verdict.code) + ' ';
        const std::string reason = verdict.reason.empty() ? "for no reason given" : verdict.reason;
        line += isHarmless(reason) ? reason : escaped(reason, LongestReason);
    }
    return line + '\n';
}

std::optional<Verdict> parseVerdict(std::string_view line)
{
    if (line.size() > LongestVerdict || !line.ends_with('\n')) return std::nullopt;
    const auto whole = line;
    line.remove_suffix(1);
    if (line == KindWords.back()) return Verdict{};

    const auto kind = kindOf(takeWord(line));
    Verdict verdict;
    if (!kind || *kind == VerdictKind::Nothing || !takeKey(line, verdict.key, *kind)) return std::nullopt;
    verdict.kind = *kind;
    if (isBad(*kind)) {
        const auto number = parseNumber(takeWord(line));
        if (!number || *number < 1 || *number > HighestCode || !isHarmless(line)) return std::nullopt;
        verdict.code = static_cast<int>(*number);
        verdict.reason = line;
    }
    return print(verdict) == whole ? std::optional(verdict) : std::nullopt; // One text for one verdict: no junk.
}

} // namespace baton::store
