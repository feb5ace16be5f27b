#include "client/schedule/Memory.h"

#include "client/core/Timestamp.h"
#include "client/core/WholeNumber.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <string_view>

namespace baton::schedule {
namespace {

using Json = nlohmann::ordered_json;

constexpr int Format = 1;
constexpr int MostFailures = 1'000'000;

constexpr std::array<std::string_view, 7> WhyWords{"start",   "sleep",    "interval", "pollInterval",
                                                   "failure", "stayAway", "window"};

Json orNull(const std::optional<WallTime>& time) { return time ? Json(printTimestamp(*time)) : Json(nullptr); }

std::optional<WallTime> timeFrom(const Json& value)
{
    if (value.is_null()) return std::nullopt;
    const auto time = parseTimestamp(value.get<std::string>());
    if (!time) throw std::runtime_error("a time in it is none");
    return time;
}

Why whyFrom(const std::string& word)
{
    const auto* const found = std::find(WhyWords.begin(), WhyWords.end(), word);
    if (found == WhyWords.end()) throw std::runtime_error("its reason is not known to this version");
    return static_cast<Why>(found - WhyWords.begin());
}

Memory memoryFrom(const Json& document)
{
    if (wholeNumber(document.at("format"), "format") != Format)
        throw std::runtime_error("its format is not known to this version");
    const auto failures = wholeNumber(document.at("failures"), "failures", 0, std::numeric_limits<std::int64_t>::max());
    return {static_cast<int>(std::min<std::int64_t>(failures, MostFailures)), timeFrom(document.at("lastCheck")),
            timeFrom(document.at("notBefore")), whyFrom(document.at("why").get<std::string>())};
}

} // namespace

std::string print(const Memory& memory)
{
    const Json document = {{"format", Format},
                           {"failures", std::min(memory.failures, MostFailures)},
                           {"lastCheck", orNull(memory.lastCheck)},
                           {"notBefore", orNull(memory.notBefore)},
                           {"why", WhyWords.at(static_cast<std::size_t>(memory.why))}};
    return document.dump(2) + '\n';
}

Memory parseMemory(const std::string& text)
try {
    return memoryFrom(Json::parse(text));
} catch (const std::exception& e) {
    throw std::runtime_error(std::string("downloads/schedule.json is damaged: ") + e.what());
}

Duration leftOf(const Memory& memory, WallTime now, Duration longest)
{
    if (!memory.notBefore || !memory.lastCheck) return Duration(0);
    const auto meant = std::clamp(*memory.notBefore - *memory.lastCheck, Duration(0), longest);
    return std::clamp(*memory.notBefore - now, Duration(0), meant);
}

} // namespace baton::schedule
