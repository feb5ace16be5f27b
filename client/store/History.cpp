#include "client/store/History.h"

#include "client/store/Json.h"

namespace baton::store {
namespace {

constexpr std::array<std::string_view, 4> OutcomeNames{"committed", "rolledBack", "refused", "failed"};

} // namespace

std::string_view name(Outcome outcome) { return OutcomeNames.at(static_cast<std::size_t>(outcome)); }

std::string print(const HistoryLine& line)
{
    Json document = {{"time", line.time}, {"from", line.from}, {"version", line.key.version}};
    document["sha256"] = line.key.sha256;
    document["outcome"] = name(line.outcome);
    document["code"] = line.code;
    document["reason"] = line.reason;
    if (line.extra != 0) document["extra"] = line.extra;
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<HistoryLine> parseHistoryLine(const std::string& text)
try {
    const auto document = parseObject(text, "history.jsonl");
    HistoryLine line;
    line.time = store::text(document, "time");
    line.from = store::text(document, "from");
    line.key = keyFrom(document);
    line.outcome = enumFrom<Outcome>(document, "outcome", OutcomeNames);
    line.code = smallNumber(document, "code");
    line.reason = store::text(document, "reason");
    if (document.contains("extra")) line.extra = smallNumber(document, "extra");
    return line;
} catch (const std::runtime_error&) {
    return std::nullopt;
}

std::string printLetGo(std::int64_t lines) { return Json{{"letGo", lines}}.dump(); }

std::optional<std::int64_t> parseLetGo(const std::string& text)
try {
    return number(parseObject(text, "history.jsonl"), "letGo");
} catch (const std::runtime_error&) {
    return std::nullopt;
}

} // namespace baton::store
